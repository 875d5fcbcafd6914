"""The kernel holds modules of several users: a module enters with its second user, and leaves with its last but one."""

from functools import cache

import grimp

KERNEL = "services.kernel"
# Modules with fewer than two users that stay, and the reason.
EXCEPTIONS = {
    "services.kernel.background.worker": "runs the jobs and periodic tasks that services describe as data",
}


@cache
def users() -> dict[str, set[str]]:
    """Return, by module of the kernel, the packages that use it directly or through other modules of the kernel."""
    graph = grimp.build_graph("services", cache_dir=None)
    return {module: _users_of(module, graph) for module in graph.find_descendants(KERNEL)}


def _users_of(module: str, graph: grimp.ImportGraph) -> set[str]:
    seen, waiting = {module}, [module]
    while waiting:
        fresh = graph.find_modules_that_directly_import(waiting.pop()) - seen
        seen |= fresh
        waiting += [name for name in fresh if name.startswith(f"{KERNEL}.")]
    return {name.split(".")[1] for name in seen} - {"kernel"}


def is_package(module: str) -> bool:
    return any(other.startswith(f"{module}.") for other in users())


def test_every_module_of_the_kernel_has_two_users():
    with_one_user = {module: found for module, found in users().items() if len(found) < 2 and not is_package(module)}
    assert {module: found for module, found in with_one_user.items() if module not in EXCEPTIONS} == {}
    assert set(with_one_user) == set(EXCEPTIONS), "an exception that is not needed any more"


def test_the_users_of_a_module_are_found():
    assert users()["services.kernel.web.errors"] >= {"registry", "events", "feedback", "gateway"}
