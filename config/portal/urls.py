from django.urls import path

from config.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("underway/", views.underway, name="underway"),
    path("search/", views.search, name="search"),
    path("record/<str:label>/<int:pk>/", views.record, name="record"),
    path("audit/", views.audit, name="audit"),
    path("audit/verify/", views.verify_now, name="verify-now"),
    path("audit/verify/<int:job_id>/", views.verify_progress, name="verify-progress"),
    path("audit-trail/", views.ledger, name="ledger"),
    path("audit-trail/<int:pk>/", views.ledger_entry, name="ledger-entry"),
    path("audit-trail/<str:label>/<int:pk>/", views.record_trail, name="record-trail"),
    path("language/", views.choose_language, name="language"),
    path("theme/", views.choose_theme, name="theme"),
    path("alive/", views.alive, name="alive"),
    path("gallery/", views.gallery, name="gallery"),
    path("gallery/shop/", views.gallery_shop, name="gallery-shop"),
    path("gallery/wall/", views.gallery_wall, name="gallery-wall"),
    path("gallery/refused/", views.gallery_refused, name="gallery-refused"),
    path("gallery/graph.json", views.gallery_graph, name="gallery-graph"),
    path("gallery/progress/", views.gallery_progress, name="gallery-progress"),
]
