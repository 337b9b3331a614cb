from django.urls import path

from foundation.printing.api import views

urlpatterns = [
    path("prints/", views.PrintList.as_view(), name="print-list"),
    path("prints/<str:number>/pdf/", views.PrintPdf.as_view(), name="print-pdf"),
    path("prints/<str:number>/reprint/", views.PrintReprint.as_view(), name="print-reprint"),
]
