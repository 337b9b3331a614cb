from django.urls import path

from foundation.files.api import views

urlpatterns = [
    path("attachments/", views.AttachmentList.as_view(), name="attachment-list"),
    path("attachments/<int:pk>/content/", views.AttachmentContent.as_view(), name="attachment-content"),
]
