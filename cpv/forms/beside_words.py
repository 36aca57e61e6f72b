"""Words of the charts beside the raw one."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cpv.rules.programme.beside import Way

TITLES: Mapping[Way, Promise] = {
    Way.ADJUSTED: _("For what patients bring"),
    Way.RESIDUALS: _("For batches like their neighbours"),
    Way.STARTING: _("From the third batch on"),
}

NO_COVARIATES = _("The plan names no other parameter that the patient brings with them (“covariates”).")

MEANINGS: Mapping[Way, Promise] = {
    Way.ADJUSTED: _(
        "Each point is how far a batch lies from what its patient's material lets expect, in standard deviations. "
        "A batch that signals on the raw chart and not here is explained by its patient; one that signals here is not. "
        "The regression was fitted to the batches before the newest limits and is not changed by later ones."
    ),
    Way.RESIDUALS: _(
        "Each point is what a batch adds to what the batch before it lets expect, in standard deviations. Where "
        "neighbouring batches are alike, the limits of the raw chart are too narrow, and these are not."
    ),
    Way.STARTING: _(
        "Each point compares a batch with those before it, in standard deviations: there is something to look at "
        "before there are batches enough for limits. A shift fades from this chart, since every batch enters what "
        "later ones are compared with."
    ),
}
