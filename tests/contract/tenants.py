"""What a caller of one tenant gets of another's, operation by operation.

An operation of the OpenAPI documents without a line here fails `test_two_tenants`: who adds one decides whose it is.
"""

from enum import Enum
from typing import Final


class Foreign(Enum):
    """What is answered to a caller who has no rights in the place that the request names."""

    # The object is answered like one that does not exist.
    hidden = 404
    # The caller may not do it, whatever exists.
    forbidden = 403
    # The object is public, and the caller may not do it.
    denied = "denied"
    # It is for everybody, and has nothing of the other tenant that is not public.
    public = 200
    # A list or a search without the rows of the other tenant.
    without_theirs = "200"
    # All tenants share it: every coordination may enter and change it.
    shared = "shared"
    # It makes an object of the caller's own; the object is followed in a test of its own.
    own = "own"
    # The requests of callers in the caller's own place, with the ids that these callers named.
    named = "named"
    # A public write, that needs no rights anywhere.
    open_to_all = "open"


H, F, P, L = Foreign.hidden, Foreign.forbidden, Foreign.public, Foreign.without_theirs
D = Foreign.denied
SHARED, OWN, OPEN = Foreign.shared, Foreign.own, Foreign.open_to_all

REGISTRY: Final = {
    "list_audit_entries": Foreign.named,
    "read_keys": P,
    "read_metadata": P,
    "give_token": OPEN,
    "list_code_lists": P,
    "refresh_code_lists": F,
    "list_codes": P,
    "read_code": P,
    "list_imports": L,
    "create_import": OWN,
    "read_import": H,
    "apply_import": H,
    "list_import_rows": H,
    "undo_import": H,
    "read_measures": H,
    "list_network_edges": H,
    "list_organisations": P,
    "create_organisation": SHARED,
    "list_organisation_names": P,
    "read_organisation": P,
    "change_organisation": SHARED,
    "list_organisation_merges": P,
    "create_organisation_merge": F,
    "delete_organisation_merge": F,
    "read_organisation_merge": P,
    "list_partners": L,
    "create_partner": F,
    "read_partner": H,
    "change_partner": H,
    "renew_secret": H,
    "list_projects": L,
    "create_project": F,
    "read_project": H,
    "change_project": H,
    "list_project_links": H,
    "create_project_link": H,
    "delete_project_link": H,
    "read_project_link": H,
    "list_project_relations": H,
    "create_project_relation": H,
    "withdraw_project_relation": H,
    "read_project_relation": H,
    "list_project_revisions": H,
    "read_project_revision": H,
    "list_statements": H,
    "delete_statement": H,
    "search": L,
    "list_spellings": L,
    "create_spelling": F,
    "delete_spelling": H,
    "read_spelling": H,
    "read_summary": H,
}

EVENTS: Final = {
    "list_audit_entries": Foreign.named,
    "read_feed": L,
    "list_co_participation": H,
    "list_events": L,
    "create_event": F,
    "delete_event": H,
    "read_event": H,
    "change_event": H,
    "archive_event": H,
    "list_attendance": H,
    "mark_attendance": H,
    "read_event_calendar": H,
    "cancel_event": H,
    "read_event_json_ld": H,
    "record_headcount": H,
    "list_mails": H,
    "retry_mails": H,
    "read_outcome": H,
    "mark_outcome": H,
    "publish_event": H,
    "list_registrations": H,
    "register": H,
    "request_manage_links": H,
    "enter_walk_in": H,
    "read_measures": H,
    "receive_messages": F,
    "list_organisation_spellings": H,
    "cancel_own_registration": H,
    "read_own_registration": H,
    "read_registration": H,
    "change_registration": H,
    "cancel_registration": H,
    "send_manage_link": H,
    "read_summary": H,
}

# Of an event that is published, everybody reads the public part and may register.
PUBLISHED: Final = EVENTS | {
    "read_feed": P,
    "list_events": P,
    "read_event": P,
    "read_event_calendar": P,
    "read_event_json_ld": P,
    "register": OPEN,
    "request_manage_links": OPEN,
    "change_event": D,
    "archive_event": D,
    "delete_event": D,
    "cancel_event": D,
    "publish_event": D,
    "mark_attendance": D,
    "record_headcount": D,
    "mark_outcome": D,
    "enter_walk_in": D,
}

FEEDBACK: Final = {
    "list_audit_entries": Foreign.named,
    "read_measures": H,
    "receive_messages": F,
    "read_summary": H,
    "list_surveys": L,
    "create_survey": F,
    "read_survey": H,
    "change_survey": H,
    "close_survey": H,
    "set_invited": F,
    "open_survey": H,
    "check_ticket": H,
    "create_response": H,
    "read_results": H,
    "create_version": H,
    "read_window": H,
    "issue_tickets": F,
}

DASHBOARD: Final = {
    "list_coordinations": L,
    "list_measures": H,
    "list_measure_rows": H,
    "read_series": H,
    "read_summary": H,
}

TABLES: Final = {"registry": REGISTRY, "events": EVENTS, "feedback": FEEDBACK, "dashboard": DASHBOARD}
