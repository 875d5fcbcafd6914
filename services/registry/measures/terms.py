"""The measures whose primary source is this service."""

from typing import Final

# Key → the reason why there is no figure: the records that it is counted from do not exist yet. Catalogue's order.
UNRECORDED: Final = {
    "gp_national": "practices_not_recorded",
    "gp_publication": "materials_not_recorded",
    "gp_toolkit": "practices_not_recorded",
    "gp_awarded": "practices_not_recorded",
    "gp_sparred": "practices_not_recorded",
    "gp_sparred_to_national": "practices_not_recorded",
    "gp_adoptions": "adoptions_not_recorded",
    "gp_adopters": "adoptions_not_recorded",
    "gp_comm": "communications_not_recorded",
    "eval_model": "measurements_not_recorded",
    "eval_used": "evaluation_uses_not_recorded",
    "eval_actors": "evaluations_not_recorded",
    "eval_measures": "evaluations_not_recorded",
    "eval_reports": "materials_not_recorded",
    "coffee_reports": "materials_not_recorded",
    "materials": "materials_not_recorded",
    "info_other": "materials_not_recorded",
    "materials_reachable": "materials_not_recorded",
    "bm_reports": "materials_not_recorded",
    "newsletters": "communications_not_recorded",
    "blogs": "communications_not_recorded",
    "social_posts": "communications_not_recorded",
    "social_engagement": "communications_not_recorded",
    "campaign_reach": "campaigns_not_recorded",
    "monitoring_reports": "monitoring_reports_not_recorded",
}
NETWORK: Final = "network_map"
