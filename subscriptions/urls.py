from django.urls import path

from subscriptions import plan_page, views
from subscriptions.statement import views as statement

urlpatterns = [
    path("me/plan/", plan_page.my_plan, name="my-plan"),
    path("me/wallet/", views.wallet, name="wallet"),
    path("me/wallet/top-up/", views.top_up, name="top-up"),
    path("me/wallet/payments/", views.payments, name="payments"),
    path("me/wallet/payments/<int:pk>/", views.payment, name="payment"),
    path("me/wallet/statement.csv", statement.as_csv, name="statement-csv"),
    path("me/wallet/statement.pdf", statement.as_pdf, name="statement-pdf"),
    path("me/wallet/entries/<int:pk>/", statement.receipt, name="receipt"),
    path("pay/test/<str:token>/", views.test_payment, name="test-payment"),
]
