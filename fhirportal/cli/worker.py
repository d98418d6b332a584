"""Does what no request waits for: sweeps what expired, seals the audit chain, keeps capability statements fresh."""

import argparse

from fhirportal.cli.deployment import add_settings_argument, load_settings, require_keys

SUMMARY = "run the background worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Works until a signal says stop."""
    from fhirportal import logs
    from fhirportal.app import Parts
    from fhirportal.storage.migrate import upgrade
    from fhirportal.worker import Worker, list_jobs

    settings = load_settings(arguments.settings)
    logs.setup(settings.log_level)
    parts = Parts(settings)
    upgrade(parts.engine)
    require_keys(parts)
    refreshers = {gateway.hospital.slug: gateway.refresh_capabilities for gateway in parts.gateways.list_()}
    jobs = list_jobs(settings, parts.engine, parts.kv, parts.keyring, parts.tokens, refreshers)
    Worker(jobs, parts.kv, parts.clock).run_until_signal()
    parts.close()
    return 0
