from django.urls import path

from foundation.records import views

app_name = "records"
urlpatterns = [
    path("", views.verification, name="verification"),
    path("verify.py", views.verifier_download, name="verifier-download"),
]
