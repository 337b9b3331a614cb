from django.urls import path

from resources.inventory.api import acts, views

urlpatterns = [
    path("places/", views.Places.as_view(), name="places"),
    path("lots/", views.Lots.as_view(), name="lots"),
    path("lots/<int:pk>/", views.OneLot.as_view(), name="lot"),
    path("stock-units/", views.StockUnits.as_view(), name="stock-units"),
    path("stock-units/scanned/", views.ScannedUnit.as_view(), name="stock-unit-scanned"),
    path("stock-units/<int:pk>/", views.OneStockUnit.as_view(), name="stock-unit"),
    path("stock-units/<int:pk>/usability/", views.Usability.as_view(), name="stock-unit-usability"),
    path("stock-units/<int:pk>/inspect/", acts.Inspect.as_view(), name="stock-unit-inspect"),
    path("stock-units/<int:pk>/status/", acts.Status.as_view(), name="stock-unit-status"),
    path("stock-units/<int:pk>/move/", acts.Move.as_view(), name="stock-unit-move"),
    path("stock-units/<int:pk>/split/", acts.Split.as_view(), name="stock-unit-split"),
    path("stock-units/<int:pk>/merge/", acts.Merge.as_view(), name="stock-unit-merge"),
    path("stock-units/<int:pk>/scrap/", acts.Scrap.as_view(), name="stock-unit-scrap"),
    path("movements/", views.Movements.as_view(), name="movements"),
    path("genealogy-links/", views.Links.as_view(), name="links"),
    path("genealogy-links/<int:pk>/remove/", views.LinkRemoval.as_view(), name="link-remove"),
    path("receipts/", views.Receipts.as_view(), name="receipts"),
    path("label-readings/", views.LabelReadings.as_view(), name="label-readings"),
    path("holds/", acts.Holds.as_view(), name="holds"),
    path("holds/<int:pk>/", acts.OneHold.as_view(), name="hold"),
    path("holds/<int:pk>/lift/", acts.LiftHold.as_view(), name="hold-lift"),
    path("trace/", views.TraceView.as_view(), name="trace"),
]
