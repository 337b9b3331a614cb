from django.db import migrations, models


class Migration(migrations.Migration):
    """A person may hold many roles; their codes together are longer than the first column was."""

    dependencies = [("records", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="signature",
            name="role",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
    ]
