from django.urls import path

from resources.inventory import views

app_name = "inventory"
urlpatterns = [
    path("lots/", views.lot_list, name="lot-list"),
    path("lots/<int:pk>/", views.lot_record, name="lot"),
    path("lots/<int:pk>/genealogy/", views.lot_genealogy, name="lot-genealogy"),
    path("lots/<int:pk>/movements/", views.lot_movements, name="lot-movements"),
    path("stock/", views.stock_list, name="stock-list"),
    path("stock/<int:pk>/", views.unit_record, name="unit"),
    path("stock/<int:pk>/check/", views.unit_check, name="unit-check"),
    path("stock/<int:pk>/status/", views.unit_status, name="unit-status"),
    path("stock/<int:pk>/move/", views.unit_move, name="unit-move"),
    path("stock/<int:pk>/split/", views.unit_split, name="unit-split"),
    path("stock/<int:pk>/scrap/", views.unit_scrap, name="unit-scrap"),
    path("stock/<int:pk>/label/", views.unit_label, name="unit-label"),
    path("quarantine/", views.quarantine_list, name="quarantine-list"),
    path("receipts/", views.receipt_list, name="receipt-list"),
    path("receipts/new/", views.receive, name="receive"),
    path("receipts/<int:pk>/", views.labels, name="labels"),
    path("holds/", views.hold_list, name="hold-list"),
    path("holds/new/", views.hold_place, name="hold-place"),
    path("holds/<int:pk>/", views.hold_record, name="hold"),
    path("holds/<int:pk>/lift/", views.hold_lift, name="hold-lift"),
    path("places/", views.place_list, name="place-list"),
    path("places/new/", views.place_create, name="place-create"),
    path("trace/", views.trace_page, name="trace"),
    path("trace/graph.json", views.trace_graph, name="trace-graph"),
]
