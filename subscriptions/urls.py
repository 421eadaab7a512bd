from django.urls import path

from subscriptions import plan_page, views

urlpatterns = [
    path("me/plan/", plan_page.my_plan, name="my-plan"),
    path("me/wallet/", views.wallet, name="wallet"),
    path("me/wallet/top-up/", views.top_up, name="top-up"),
    path("pay/test/<str:token>/", views.test_payment, name="test-payment"),
]
