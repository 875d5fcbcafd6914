"""The list of services: the names that stand elsewhere are those of the list."""

from typing import get_args

from services.contracts.roles import Role
from services.contracts.services import SERVICE_NAMES, SITE, STORING_SERVICES
from services.kernel.settings import ServiceSettings
from services.runner.parameters import BearerRole, Served
from services.runner.services import SERVICES
from services.runner.settings import SiteSettings


def test_the_light_names_are_those_of_the_list():
    assert tuple(service.name for service in SERVICES) == SERVICE_NAMES
    assert tuple(service.name for service in SERVICES if service.has_store) == STORING_SERVICES


def test_a_service_with_a_store_has_the_settings_of_one():
    assert {service.name: issubclass(service.settings, ServiceSettings) for service in SERVICES} == {
        service.name: service.has_store for service in SERVICES
    }


def test_every_service_and_the_site_can_be_served():
    assert get_args(Served) == (*SERVICE_NAMES, SITE)
    assert tuple(SiteSettings(environment="development").services) == SERVICE_NAMES


def test_every_role_but_that_of_services_can_have_a_token():
    assert set(get_args(BearerRole)) == {str(role) for role in Role} - {Role.service}
