# SPDX-License-Identifier: MIT
"""entra setup docker: credHelpers in the configuration of docker and podman, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from authority import contoso
from integration.docker_asking import CONTOSO, SCOPE
from integration.test_docker_images import azure, pushed  # noqa: F401
from integration.users import all_at_once
from world.program import Outcome
from world.world import World

# As docker writes it, with what other programs keep there.
DOCKERS = """{
\t"auths": {
\t\t"https://index.docker.io/v1/": {
\t\t\t"auth": "YWRhOmh1bnRlcjI="
\t\t},
\t\t"contoso.azurecr.io": {}
\t},
\t"credsStore": "secretservice",
\t"aliases": {"builder": "buildx"},
\t"big": 18446744073709551616,
\t"detachKeys": "ctrl-e,e"
}
"""


@pytest.fixture
def docker(world: World) -> Path:
    file = world.session.home / ".docker" / "config.json"
    file.parent.mkdir(mode=0o700)
    file.write_text(DOCKERS)
    file.chmod(0o600)
    return file


@pytest.fixture
def podman(world: World) -> Path:
    file = world.session.config / "containers" / "auth.json"
    file.parent.mkdir()
    file.write_text('{"auths":{"quay.io":{"auth":"eDp5"}}}')
    file.chmod(0o600)
    return file


def set_up(world: World, *words: str, **how: object) -> Outcome:
    outcome = world.run("entra", "setup", "docker", *words, **how)
    assert outcome.code == 0, outcome
    return outcome


def helpers(file: Path) -> dict[str, str]:
    """None of a file that is gone."""
    return json.loads(file.read_text()).get("credHelpers", {}) if file.exists() else {}


def test_a_registry_gets_its_helper_and_all_else_stays(world, docker, podman):
    outcome = set_up(world, CONTOSO)
    assert docker.read_text() == DOCKERS.replace(
        '"ctrl-e,e"\n', '"ctrl-e,e",\n\t"credHelpers": {\n\t\t"contoso.azurecr.io": "entra"\n\t}\n')
    assert podman.read_text() == '{"auths":{"quay.io":{"auth":"eDp5"}},"credHelpers":' \
                                 '{"contoso.azurecr.io": "entra"}}'
    for file in (docker, podman):
        assert f"{file}: {CONTOSO} now asks docker-credential-entra\n" in outcome.out
        assert f"{file}: the original is kept as {file}.before-entra\n" in outcome.out
        assert file.stat().st_mode & 0o777 == 0o600
    assert "hunter2" not in outcome.out and "YWRh" not in outcome.out


def test_the_second_time_there_is_nothing_to_do(world, docker, podman):
    set_up(world, CONTOSO)
    before = docker.read_text(), podman.read_text()
    outcome = set_up(world, CONTOSO)
    assert outcome.out == "" and outcome.err.count("already asks docker-credential-entra") == 2
    assert (docker.read_text(), podman.read_text()) == before
    assert not docker.with_name("config.json.before-entra.2").exists()


def test_it_can_be_undone(world, docker, podman):
    before = docker.read_text(), podman.read_text()
    set_up(world, CONTOSO, "fabrikam.azurecr.io")
    assert list(helpers(docker)) == [CONTOSO, "fabrikam.azurecr.io"]
    outcome = set_up(world, "--remove")
    assert f"{docker}: {CONTOSO} no longer asks docker-credential-entra\n" in outcome.out
    assert (docker.read_text(), podman.read_text()) == before
    assert "docker and podman are not set up." in set_up(world, "--remove").err


def test_the_advice_of_the_helper_that_stores_no_password_works(world, docker):
    set_up(world, CONTOSO)
    login = json.dumps({"ServerURL": CONTOSO, "Username": "admin", "Secret": "hunter2"})
    said = world.run("docker-credential-entra", "store", input=login).err
    (command,) = re.findall(r"run '(entra [^']*)' first", said)
    assert world.run("sh", "-ec", command).code == 0
    assert helpers(docker) == {}


def test_whatever_was_written_by_hand_is_undone(world, docker):
    """As setup plans it."""
    names = ["https://contoso.azurecr.io", "Contoso.AzureCR.io", "a b", CONTOSO]
    docker.write_text(json.dumps({"credHelpers": dict.fromkeys(names, "entra")}))
    assert world.run("entra", "setup", "--remove", "--yes").code == 0
    assert not helpers(docker)


@pytest.mark.parametrize("count, code", [(150, 0), (1000, 0), (1001, 2)])
def test_many_registries_are_undone_or_none(world, docker, count, code):
    names = [f"registry{number}.azurecr.io" for number in range(count)]
    docker.write_text(json.dumps({"credHelpers": dict.fromkeys(names, "entra")}))
    outcome = world.run("entra", "setup", "docker", "--remove")
    assert outcome.code == code and len(helpers(docker)) == (count if code else 0), outcome.err


def test_more_registries_than_can_be_set_up_are_not_set_up_in_part(world, docker):
    docker.write_text(json.dumps({"auths": {f"registry{n}.azurecr.io": {} for n in range(1001)}}))
    outcome = world.run("entra", "setup", "--yes")
    assert outcome.code == 2 and "more than 1000 registries" in outcome.err
    assert helpers(docker) == {}


def test_of_several_registries_one_can_be_undone(world, docker):
    set_up(world, CONTOSO, "fabrikam.azurecr.io")
    set_up(world, "--remove", CONTOSO)
    assert helpers(docker) == {"fabrikam.azurecr.io": "entra"}
    assert "does not ask" in set_up(world, "--remove", CONTOSO).err


def test_a_registrys_former_helper_comes_back(world, docker):
    docker.write_text(json.dumps({"credHelpers": {CONTOSO: "acr-env", "gcr.io": "gcloud"}}))
    outcome = set_up(world, CONTOSO)
    assert f"{CONTOSO} now asks docker-credential-entra, not docker-credential-acr-env" in outcome.out
    assert helpers(docker) == {CONTOSO: "entra", "gcr.io": "gcloud"}
    set_up(world, "fabrikam.azurecr.io")
    outcome = set_up(world, "--remove")
    assert "but again docker-credential-acr-env" in outcome.out
    assert helpers(docker) == {CONTOSO: "acr-env", "gcr.io": "gcloud"}


@pytest.mark.parametrize("name", ["a\\b", 'say "hi"', "tab\there", "caf\u00e9", "a/b"])
def test_a_former_helper_of_any_name_comes_back(world, docker, name):
    docker.write_text(json.dumps({"credHelpers": {CONTOSO: name}}))
    set_up(world, CONTOSO, "fabrikam.azurecr.io")
    set_up(world, "--remove")
    assert helpers(docker) == {CONTOSO: name}


@pytest.mark.parametrize("text", ['{"cre', "[]"])
def test_what_was_before_is_not_guessed_if_a_backup_cannot_be_read(world, docker, podman, text):
    """Neither file is changed. Once the backup is repaired, or deleted, it is done."""
    docker.write_text(json.dumps({"credHelpers": {CONTOSO: "acr-env"}}))
    podman.write_text(json.dumps({"credHelpers": {CONTOSO: "acr-env", "x.io": "y"}}))
    set_up(world, CONTOSO)
    backup = podman.with_name("auth.json.before-entra")
    good = backup.read_text()
    backup.write_text(text)
    before = docker.read_text(), podman.read_text()
    outcome = world.run("entra", "setup", "docker", "--remove")
    assert (outcome.code, outcome.out) == (1, "")
    assert f"the helper that {CONTOSO} had before is not known: {backup}: " in outcome.err, outcome
    assert "Repair that backup, or delete it to do without." in outcome.err
    assert (docker.read_text(), podman.read_text()) == before
    backup.write_text(good)
    set_up(world, "--remove")
    assert helpers(docker) == {CONTOSO: "acr-env"}
    assert helpers(podman) == {CONTOSO: "acr-env", "x.io": "y"}


def test_without_its_backup_a_registry_has_no_helper_again(world, docker):
    docker.write_text(json.dumps({"credHelpers": {CONTOSO: "acr-env", "x.io": "y"}}))
    set_up(world, CONTOSO)
    docker.with_name("config.json.before-entra").unlink()
    set_up(world, "--remove")
    assert helpers(docker) == {"x.io": "y"}


@pytest.mark.parametrize("is_removed_first", [False, True])
def test_the_helper_of_a_file_that_the_user_deleted_does_not_come_back(world, is_removed_first):
    folder = world.session.home / "docker"
    folder.mkdir()
    file, env = folder / "config.json", {"DOCKER_CONFIG": str(folder)}
    file.write_text(json.dumps({"credHelpers": {CONTOSO: "acr-env"}}))
    set_up(world, CONTOSO, env=env)
    if is_removed_first:
        set_up(world, "--remove", env=env)
    file.unlink()
    outcome = set_up(world, CONTOSO, env=env)
    assert "not docker-credential-acr-env" not in outcome.out and "original" not in outcome.out
    outcome = set_up(world, "--remove", env=env)
    assert "acr-env" not in outcome.out
    assert not helpers(file)
    assert json.loads((folder / "config.json.before-entra").read_text()) == \
        {"credHelpers": {CONTOSO: "acr-env"}}


def test_a_killed_setup_does_not_hide_a_former_helper(world, docker):
    """Killed wherever it writes a mode or renames: no backup is ever incomplete."""
    docker.write_text(json.dumps({"credHelpers": {CONTOSO: "acr-env", "x.io": "y"}}))
    set_up(world, CONTOSO)
    for call in ("fchmod", "fsync", "renameat2", "renameat"):
        for when in (1, 2, 3):
            world.run("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
                      "-e", f"inject={call}:signal=SIGKILL:when={when}",
                      "entra", "setup", "docker", "fabrikam.azurecr.io")
            for backup in docker.parent.glob("config.json.before-entra*"):
                assert backup.suffix == ".new" or json.loads(backup.read_text())
    set_up(world, "fabrikam.azurecr.io")
    set_up(world, "--remove")
    assert helpers(docker) == {CONTOSO: "acr-env", "x.io": "y"}
    assert not [*docker.parent.glob("*new*")]


def test_the_helper_of_another_program_is_not_removed(world, docker):
    text = json.dumps({"credHelpers": {CONTOSO: "acr-env"}})
    docker.write_text(text)
    set_up(world, "--remove", CONTOSO)
    set_up(world, "--remove")
    assert docker.read_text() == text


@pytest.mark.parametrize("words", [(CONTOSO,), ("--remove",)])
def test_a_dry_run_shows_what_would_be_done_and_changes_nothing(world, docker, words):
    if words == ("--remove",):
        set_up(world, CONTOSO)
    before = {path: path.read_bytes() for path in world.session.home.rglob("*") if path.is_file()}
    outcome = set_up(world, "--dry-run", *words)
    assert ("would no longer ask" if words == ("--remove",) else "would ask") in outcome.out
    after = {path: path.read_bytes() for path in world.session.home.rglob("*") if path.is_file()}
    assert after == before


@pytest.mark.parametrize("given", [CONTOSO.upper(), f"https://{CONTOSO}/v2/", f" {CONTOSO}",
                                   f"{CONTOSO}:443"])
def test_a_registry_is_written_as_docker_looks_for_it(world, docker, given):
    set_up(world, given)
    assert helpers(docker) == {CONTOSO: "entra"}


@pytest.mark.parametrize("given, why", [
    ("docker.io", "docker.io is not a container registry of ours"),
    ("contoso", "Its whole name may be contoso.azurecr.io."),
    ("*.azurecr.io", "is not a usable host name"), ("a b", "invalid character"),
    ("contoso.azurecr.io.evil.example", "not a container registry of ours"),
    ("http://contoso.azurecr.io", "not a container registry of ours"),
])
def test_what_is_not_a_registry_of_ours_is_refused(world, docker, given, why):
    outcome = world.run("entra", "setup", "docker", CONTOSO, given)
    assert (outcome.code, outcome.out) == (2, "") and why in outcome.err, outcome
    assert docker.read_text() == DOCKERS


def test_a_registry_of_the_configuration_can_be_set_up(world, docker):
    document = world.appsettings()
    document["Images"] = {"BaseUrl": "https://images.contoso.com:5000/", "Scopes": [SCOPE]}
    world.write_appsettings(document)
    set_up(world, "images.contoso.com:5000")
    assert helpers(docker) == {"images.contoso.com:5000": "entra"}


@pytest.mark.parametrize("given", ["images.contoso.com", "images.contoso.com/team/"])
def test_a_registry_whose_base_url_has_a_path_cannot_be_set_up(world, docker, given):
    document = world.appsettings()
    document["Images"] = {"BaseUrl": "https://images.contoso.com/team/", "Scopes": [SCOPE]}
    world.write_appsettings(document)
    outcome = world.run("entra", "setup", "docker", given)
    assert outcome.code == 2 and "whose BaseUrl is its host, without a path" in outcome.err
    assert docker.read_text() == DOCKERS


def test_a_registry_must_be_given(world):
    outcome = world.run("entra", "setup", "docker")
    assert outcome.code == 2 and "Usage: entra setup docker REGISTRY..." in outcome.err


def test_files_that_are_not_there_are_made_for_the_user_alone(world):
    set_up(world, CONTOSO)
    made = [file for file in (world.session.home / ".docker" / "config.json",
                              world.session.config / "containers" / "auth.json") if file.exists()]
    assert made
    for file in made:
        assert file.read_text() == '{\n\t"credHelpers": {\n\t\t"contoso.azurecr.io": "entra"\n\t}\n}\n'
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
    set_up(world, "fabrikam.azurecr.io")
    set_up(world, "--remove")
    assert all([*file.parent.iterdir()] == [] for file in made)  # no backup of what was ours alone


def test_variables_name_other_files(world):
    folder, file = world.session.home / "docker", world.session.home / "auth.json"
    env = {"DOCKER_CONFIG": str(folder), "REGISTRY_AUTH_FILE": str(file)}
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    set_up(world, CONTOSO, env=env)
    assert helpers(folder / "config.json") == helpers(file) == {CONTOSO: "entra"}
    assert not (world.session.home / ".docker").exists()


def stub(world: World, *names: str) -> dict[str, str]:
    """An environment where these programs are installed, and no others but ours."""
    folder = world.session.home / "installed"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return {"PATH": f"{world.session.env['PATH'].split(':')[0]}:{folder}"}


@pytest.mark.parametrize("names, of_docker, of_podman", [
    ((), True, False), (("docker",), True, False), (("podman",), False, True),
    (("skopeo",), False, True), (("podman", "helm"), True, True), (("buildah", "oras"), True, True),
    (("skopeo", "crane"), True, True), (("podman", "nerdctl"), True, True),
    (("podman", "cosign"), True, True),
])
def test_the_files_are_made_that_the_installed_programs_read(world, names, of_docker, of_podman):
    set_up(world, CONTOSO, env=stub(world, *names))
    assert (world.session.home / ".docker" / "config.json").exists() == of_docker
    assert (world.session.config / "containers" / "auth.json").exists() == of_podman


def test_docker_config_has_docker_s_file_made_beside_podman_s(world):
    folder = world.session.home / "docker"
    set_up(world, CONTOSO, env=stub(world, "podman") | {"DOCKER_CONFIG": str(folder)})
    assert helpers(folder / "config.json") == {CONTOSO: "entra"}


def podman_login(world: World, *registries: str) -> Path:
    """The file that `podman login` writes."""
    file = Path(world.session.env["XDG_RUNTIME_DIR"]) / "containers" / "auth.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"auths": {name: {"auth": "eDp5"} for name in registries}}))
    file.chmod(0o600)
    return file


def podman_storage(world: World) -> dict[str, str]:
    """An environment in which podman keeps its images in the world's folder."""
    root, file = world.session.root / "podman", world.session.home / "storage.conf"
    file.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{root}/graph"\nrunroot = "{root}/run"\n')
    return {"CONTAINERS_STORAGE_CONF": str(file)}


@pytest.mark.parametrize("program", ["podman", "buildah", "skopeo"])
def test_a_login_that_podman_would_use_first_is_reported_with_what_removes_it(world, podman,
                                                                              program):
    """By the one that is installed."""
    real = shutil.which(program)
    if real is None:
        pytest.skip(f"there is no {program}")
    file = podman_login(world, CONTOSO, "quay.io")
    env = stub(world)
    (world.session.home / "installed" / program).symlink_to(real)
    said = set_up(world, CONTOSO, "fabrikam.azurecr.io", env=env).err
    assert said.count(" logout ") == 1 and str(file) in said
    (command,) = re.findall(r"Run '([^']*)'", said)
    assert command == f"{program} logout {CONTOSO}"
    outcome = world.run("/bin/sh", "-ec", command, env=env | podman_storage(world))
    assert outcome.code == 0, outcome
    assert list(json.loads(file.read_text())["auths"]) == ["quay.io"]
    assert helpers(podman)[CONTOSO] == "entra"
    assert " logout " not in set_up(world, CONTOSO, env=env).err


def test_a_login_of_a_program_that_is_not_in_path_is_reported_too(world, podman):
    podman_login(world, CONTOSO)
    said = set_up(world, CONTOSO, env=stub(world)).err
    assert "first. Log out there with the program that has logged in." in said


def test_podman_does_not_read_its_usual_login_where_another_file_is_named(world, podman):
    podman_login(world, CONTOSO)
    assert "use the login" not in set_up(world, CONTOSO, env={"REGISTRY_AUTH_FILE": str(podman)}).err
    assert "use the login" in set_up(world, CONTOSO).err
    assert "use the login" not in set_up(world, "--remove").err


def test_it_says_if_docker_has_logins_in_a_variable(world, docker):
    assert "DOCKER_AUTH_CONFIG" not in set_up(world, CONTOSO).err
    env = {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {CONTOSO: {"auth": "eDp5"}}})}
    said = set_up(world, CONTOSO, env=env).err
    assert "warning: docker uses the logins in DOCKER_AUTH_CONFIG" in said and "eDp5" not in said


@pytest.mark.parametrize("name", ["DOCKER_CONFIG", "REGISTRY_AUTH_FILE"])
def test_a_variable_must_be_an_absolute_path(world, name):
    outcome = world.run("entra", "setup", "docker", CONTOSO, env={name: "relative"})
    assert outcome.code == 2 and name in outcome.err


def test_a_link_stays_a_link(world, docker):
    real = docker.with_name("real.json")
    docker.rename(real)
    docker.symlink_to("real.json")
    set_up(world, CONTOSO)
    assert docker.is_symlink() and helpers(real) == {CONTOSO: "entra"}
    set_up(world, "--remove")
    assert real.read_text() == DOCKERS


def test_a_link_to_a_file_that_is_not_there_yet_stays_one(world):
    file, real = world.session.home / "auth.json", world.session.home / "dotfiles" / "auth.json"
    file.symlink_to("dotfiles/auth.json")
    env = {"REGISTRY_AUTH_FILE": str(file)}
    set_up(world, CONTOSO, env=env)
    assert file.is_symlink() and helpers(real) == {CONTOSO: "entra"}
    assert real.stat().st_mode & 0o777 == 0o600
    set_up(world, "--remove", env=env)
    assert file.is_symlink() and json.loads(real.read_text()) == {}


@pytest.mark.parametrize("text", ["", "{}\n", '{"credHelpers": {}}'])
def test_an_empty_file_of_the_users_stays(world, docker, text):
    docker.write_text(text)
    set_up(world, CONTOSO)
    set_up(world, "--remove")
    assert json.loads(docker.read_text()) == {}
    assert [file.name for file in sorted(docker.parent.iterdir())] == \
        ["config.json", "config.json.before-entra"]


@pytest.mark.parametrize("text, why", [
    ("{", "not valid JSON"), ("[]", "not a JSON object"), ('{"credHelpers": []}', "credHelpers"),
    ('{"credHelpers": {}, "credHelpers": {}}', "twice"), ("{} x", "not valid JSON"),
])
def test_a_file_that_cannot_be_changed_for_sure_is_left_alone(world, docker, text, why):
    docker.write_text(text)
    outcome = world.run("entra", "setup", "docker", CONTOSO)
    assert outcome.code == 1 and why in outcome.err and str(docker) in outcome.err, outcome
    assert outcome.err.count("valid JSON") <= 1
    assert docker.read_text() == text


def test_a_file_that_others_can_write_is_refused(world, docker):
    docker.chmod(0o666)
    outcome = world.run("entra", "setup", "docker", CONTOSO)
    assert outcome.code == 2 and str(docker) in outcome.err
    assert docker.read_text() == DOCKERS


def test_processes_do_not_overwrite_each_others_changes(world, docker, programs):
    names = [f"registry{number}.azurecr.io" for number in range(20)]
    outcomes = all_at_once(world, [("entra", "setup", "docker", name) for name in names])
    assert {outcome.code for outcome in outcomes} == {0}, outcomes
    assert set(helpers(docker)) == set(names)


def test_it_says_if_docker_would_not_find_the_helper(world, docker, programs):
    env = {"PATH": "/usr/bin:/bin"}
    outcome = world.run(programs / "entra", "setup", "docker", CONTOSO, env=env)
    assert outcome.code == 0 and "docker-credential-entra is not in PATH" in outcome.err
    assert f"Add {programs} to PATH." in outcome.err


def test_the_document_has_each_file_and_registry(world, docker):
    docker.write_text(json.dumps({"credHelpers": {CONTOSO: "acr-env"}}))
    outcome = set_up(world, CONTOSO, "--output", "json")
    document = json.loads(outcome.out)
    assert document["dryRun"] is False
    assert {"file": str(docker), "registry": CONTOSO, "helper": "entra", "before": "acr-env",
            "backup": f"{docker}.before-entra"} in document["credHelpers"]


# ---- entra setup ----

def plan(world: World, *words: str) -> list[str]:
    outcome = world.run("entra", "setup", "--dry-run", "--output", "json", *words)
    assert outcome.code == 0, outcome
    return json.loads(outcome.out)["plan"]["docker"]


def test_setup_finds_registries_that_docker_has_logged_in_to(world, docker):
    assert plan(world) == [f"asks entra for {CONTOSO}"]
    set_up(world, CONTOSO)
    assert plan(world) == [f"already asks entra for {CONTOSO}"]
    assert plan(world, "--remove") == [f"no longer asks entra for {CONTOSO}"]


def test_setup_does_what_it_plans(world, docker):
    assert world.run("entra", "setup", "--yes").code == 0
    assert helpers(docker) == {CONTOSO: "entra"}
    assert world.run("entra", "setup", "--remove", "--yes").code == 0
    assert docker.read_text() == DOCKERS


def test_setup_is_silent_about_docker_where_it_has_no_configuration(world):
    assert plan(world) == []
    assert "docker" not in world.run("entra", "setup", "--dry-run").out


def test_setup_says_how_to_add_a_registry(world, docker):
    docker.write_text("{}")
    assert plan(world) == ["has no registry of Azure's; 'entra setup docker REGISTRY' adds one"]


def test_setup_does_not_promise_options_that_the_helper_would_not_get(world, docker):
    assert plan(world, "--tenant", contoso.TENANT.guid) == \
        ["is not set up: its helper cannot be given these options"]


# ---- with skopeo ----

def test_what_setup_writes_is_what_skopeo_reads(azure):
    azure.session.env.pop("REGISTRY_AUTH_FILE")
    shutil.rmtree(azure.session.config / "containers")
    set_up(azure, CONTOSO)
    pushed(azure)
    assert len(azure.registry.exchanges) == 1
