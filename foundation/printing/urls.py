from django.urls import path

from foundation.printing import views

app_name = "printing"
urlpatterns = [
    path("", views.print_list, name="print-list"),
    path("<str:number>/", views.print_detail, name="print"),
    path("<str:number>/reprint/", views.print_reprint, name="print-reprint"),
    path("<str:number>/label.pdf", views.print_pdf, name="print-pdf"),
    path("<str:number>/label.png", views.print_png, name="print-png"),
]
