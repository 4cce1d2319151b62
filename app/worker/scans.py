"""Periodic looks at all dossiers, so that none becomes late in silence. Nothing happens while an office is closed."""

import structlog

from app.bootstrap import Application
from app.core.settings import Settings
from app.domain.alerts import AlertThresholds
from app.domain.errors import DomainError
from app.services.alerts.scan import ExpiredSupplement, scan_units, units_at_work
from app.services.alerts.stop_expired import stop_expired
from app.worker.counted import acting

log = structlog.get_logger(__name__)


def thresholds_of(settings: Settings) -> AlertThresholds:
    return AlertThresholds(
        near_due_days=settings.alert_near_due_days,
        idle_days=settings.alert_idle_days,
        uncollected_days=settings.alert_uncollected_days,
        unreturned_days=settings.alert_unreturned_days,
        signature_hours=settings.alert_signature_hours,
        climb_hours=settings.alert_climb_hours,
        supplement_reminder_days=settings.alert_supplement_reminder_days,
    )


async def scan_dossiers(application: Application) -> None:
    """Look once at the dossiers of every unit that is at work now: one transaction a group of units.

    Several workers may do so at once; what one has claimed the others leave alone.
    """
    now, settings = application.clock.now(), application.settings
    thresholds = thresholds_of(settings)
    async with application.database.read() as connection:
        at_work = await units_at_work(connection, thresholds, now=now)
    for group in at_work:
        async with application.database.write() as connection:
            scanned = await scan_units(
                connection,
                group,
                thresholds,
                expiry_stops_dossiers=settings.supplement_expiry_stops,
                extension_days=settings.apology_extension_days,
            )
        for expired in scanned.to_stop:
            await _stop(application, expired)
        if scanned.raised or scanned.climbed or scanned.to_stop:
            log.info(
                "dossiers_scanned",
                units=len(group.units),
                raised=scanned.raised,
                climbed=scanned.climbed,
                closed=scanned.closed,
                drafted=scanned.drafted,
                stopping=len(scanned.to_stop),
            )


async def _stop(application: Application, expired: ExpiredSupplement) -> None:
    """Stop one dossier in a transaction of its own; one that cannot be stopped now is met again by the next scan."""
    try:
        async with acting(application.database) as connection:
            await stop_expired(connection, expired, now=application.clock.now())
    except DomainError as error:
        log.warning(
            "expired_dossier_not_stopped",
            dossier=expired.dossier_id,
            kind=error.code,
            reasons=[refusal.code for refusal in error.refusals],
        )
