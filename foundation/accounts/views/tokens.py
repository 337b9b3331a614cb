"""Tokens of one's own: issue, see, end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from foundation.accounts import services
from foundation.accounts.forms import TokenForm
from foundation.accounts.models import ApiToken
from foundation.accounts.web import desk_actor_of
from foundation.core.web.attempts import attempt, show


@never_cache
@login_required
@sensitive_post_parameters("present")
@sensitive_variables("text", "context")
def token_list(request: HttpRequest) -> HttpResponse:
    """One's tokens, and the form for a new one; a new one's text is shown this once."""
    actor = desk_actor_of(request)
    form = TokenForm(request.POST or None)
    tried, context = None, {}  # type: ignore[var-annotated]
    if form.is_bound and form.is_valid():
        with attempt(form) as tried:
            token, text = services.issue_token(actor=actor, **form.cleaned_data)
        if tried.done:
            form, context = TokenForm(), {"issued": token, "token": text}
    context |= {"tokens": tokens_of(actor.person_id)}
    return show(request, "accounts/tokens.html", context, tried=tried, form=form)


@login_required
@require_POST
def token_end(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own, or by who manages users another's."""
    token = services.end_token(actor=desk_actor_of(request), token_id=pk, reason=request.POST.get("reason", ""))
    messages.success(request, _("This token lets nobody in any more."))
    if token.user_id != request.user.pk:
        return redirect("accounts:user", token.user_id)
    return redirect("accounts:token-list")


def tokens_of(user_id: int) -> list[dict[str, Any]]:
    """Newest first, with the word of their state and their last use."""
    rows = ApiToken.objects.filter(user_id=user_id).select_related("use").order_by("-pk")
    return [{"token": row, "ended": row.ended_at is not None, "use": getattr(row, "use", None)} for row in rows]
