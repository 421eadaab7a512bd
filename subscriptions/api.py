"""Plans, wallet and top-ups. Nobody can credit a wallet here: only a provider's confirmation does."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from library_portal.api.idempotency import Idempotent
from library_portal.api.pagination import CursorPagination
from library_portal.api.schema import may_refuse
from library_portal.errors import NotFound, RateLimited
from subscriptions import queries, services
from subscriptions.events import PaymentStarted
from subscriptions.payments.provider import ForgedWebhook, ProviderAway
from subscriptions.serializers import (
    LedgerEntrySerializer,
    PaymentSerializer,
    PlanSerializer,
    SubscriptionRequest,
    SubscriptionSerializer,
    TopUpRequest,
    WalletSerializer,
)
from subscriptions.services import InsufficientFunds
from subscriptions.statement.filters import StatementFilter

STRIPE_EVENT = {"id": "evt_1", "type": "checkout.session.completed", "data": {"object": {"id": "cs_1"}}}


class PlanList(ListAPIView):
    permission_classes = [AllowAny]
    serializer_class = PlanSerializer
    queryset = queries.plans()

    @extend_schema(operation_id="plans_list", summary="The plans with their limits and prices")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class MySubscription(APIView):
    @extend_schema(operation_id="users_subscription", summary="My plan now", responses={200: SubscriptionSerializer})
    def get(self, request: Request) -> Response:
        return Response(self._as_json(request))

    @extend_schema(
        operation_id="users_subscription_update",
        summary="Choose a plan, or whether it renews itself; sending it again changes nothing",
        request=SubscriptionRequest,
        responses={200: SubscriptionSerializer},
        examples=[
            OpenApiExample("another plan", {"plan": "PLUS"}, request_only=True),
            OpenApiExample("let it end", {"auto_renew": False}, request_only=True),
        ],
    )
    @may_refuse(InsufficientFunds, services.NothingToRenew)
    def put(self, request: Request) -> Response:
        asked = SubscriptionRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        services.change_subscription(
            user_id=request.user.pk,
            plan_code=asked.validated_data.get("plan"),
            auto_renew=asked.validated_data.get("auto_renew"),
            now=timezone.now(),
        )
        return Response(self._as_json(request))

    def _as_json(self, request: Request) -> Any:
        subscription = queries.subscription_of(user_id=request.user.pk)
        next_plan = subscription and subscription.next_plan
        return SubscriptionSerializer(
            {
                "plan": queries.current_plan(user_id=request.user.pk, now=timezone.now()),
                "next_plan": next_plan and next_plan.code,
                "auto_renew": bool(subscription and subscription.auto_renew),
                "period_started_at": subscription and subscription.period_started_at,
                "period_ends_at": subscription and subscription.period_ends_at,
            }
        ).data


class MyWallet(APIView):
    @extend_schema(operation_id="users_me_wallet", summary="Balance and debt", responses={200: WalletSerializer})
    def get(self, request: Request) -> Response:
        return Response(WalletSerializer(queries.wallet_of(user_id=request.user.pk)).data)


class MyLedger(ListAPIView):
    serializer_class = LedgerEntrySerializer
    pagination_class = CursorPagination
    filterset_class = StatementFilter

    def get_queryset(self) -> Any:
        return queries.statement(user_id=self.request.user.pk)

    @extend_schema(operation_id="users_me_wallet_entries", summary="The ledger, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class TopUp(Idempotent, APIView):
    deed = PaymentStarted

    @extend_schema(
        operation_id="users_charge",
        summary="Start a top-up; the wallet grows when the provider confirms",
        request=TopUpRequest,
        responses={201: PaymentSerializer},
        examples=[OpenApiExample("twenty dollars", {"amount": "20.00", "provider": "stripe"}, request_only=True)],
    )
    @may_refuse(services.AccountClosed, RateLimited, ProviderAway)
    def post(self, request: Request) -> Response:
        asked = TopUpRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        begun = next((one.payment_id for one in reversed(self.done())), None)
        payment = services.start_top_up(user_id=request.user.pk, begun=begun, **asked.validated_data)
        return Response(PaymentSerializer(payment).data, status=status.HTTP_201_CREATED)


class PaymentList(ListAPIView):
    serializer_class = PaymentSerializer
    pagination_class = CursorPagination

    def get_queryset(self) -> Any:
        return queries.payments_of(user_id=self.request.user.pk)

    @extend_schema(operation_id="payments_list", summary="My payments, newest first")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class PaymentDetail(APIView):
    @extend_schema(operation_id="payments_retrieve", summary="One payment", responses={200: PaymentSerializer})
    def get(self, request: Request, pk: int) -> Response:
        payment = queries.payments_of(user_id=request.user.pk).filter(pk=pk).first()
        if payment is None:
            raise NotFound
        return Response(PaymentSerializer(payment).data)


class PaymentWebhook(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="payments_webhook",
        summary="For payment providers: what they have to say, signed over the body as it is",
        request=OpenApiTypes.OBJECT,
        responses={200: None},
        parameters=[OpenApiParameter("provider", str, OpenApiParameter.PATH, description="`stripe` or `paypal`")],
        examples=[OpenApiExample("in Stripe's words", STRIPE_EVENT, request_only=True)],
    )
    @may_refuse(ForgedWebhook, ProviderAway)
    def post(self, request: Request, provider: str) -> Response:
        services.receive_webhook(
            provider=provider, body=request._request.body, headers=request.headers, now=timezone.now()
        )
        return Response()
