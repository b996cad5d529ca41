"""Addresses of the portal's own pages: home, people, settings, search."""

from django.urls import URLPattern

app_name = "portal"
urlpatterns: list[URLPattern] = []
