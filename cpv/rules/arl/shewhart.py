"""Run lengths of limits alone: a point beyond k sigma."""

from scipy.special import ndtr

from cpv.rules.arl.answer import How, RunLength, answered, finite, positive


def arl_shewhart(multiple: float = 3.0, shift: float = 0.0, *, two_sided: bool = True) -> RunLength:
    """ARL of rule 1 on independent normal points: 1 / p, p = Phi(-k + d) + Phi(-k - d) (one-sided: the first alone).

    `multiple` k in sigma, `shift` d of the mean in sigma; strict or not makes no difference. 3 sigma: 370.4.
    Source: Montgomery, Introduction to Statistical Quality Control, 6.2.
    Raises NotComputable: NOT_FINITE, NOT_POSITIVE.
    """
    positive(multiple=multiple)
    finite(shift=shift)
    chance = float(ndtr(shift - multiple)) + (float(ndtr(-shift - multiple)) if two_sided else 0.0)
    return answered(1 / chance if chance > 0 else float("inf"), How.EXACT)
