from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "foundation.retention"
    label = "retention"
