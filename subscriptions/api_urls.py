from django.urls import path

from subscriptions import api

urlpatterns = [
    path("plans/", api.PlanList.as_view(), name="api-plans"),
    path("users/subscription/", api.MySubscription.as_view(), name="api-subscription"),
    path("users/me/wallet/", api.MyWallet.as_view(), name="api-wallet"),
    path("users/me/wallet/entries/", api.MyLedger.as_view(), name="api-ledger"),
    path("users/charge/", api.TopUp.as_view(), name="api-top-up"),
    path("payments/webhook/<slug:provider>/", api.PaymentWebhook.as_view(), name="api-payment-webhook"),
    path("payments/", api.PaymentList.as_view(), name="api-payments"),
    path("payments/<int:pk>/", api.PaymentDetail.as_view(), name="api-payment"),
]
