"""What each command of the desk is called on the command line and in files of commands, and what it does in a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialwright.conduct import commands as data
from trialwright.conduct.allocating import asks as allocating
from trialwright.conduct.events import allocation, people, safety, sites, subjects, treatment
from trialwright.conduct.events import trial as course
from trialwright.conduct.milestones import asks as milestones
from trialwright.conduct.people.asks import SignAgain
from trialwright.conduct.safety import asks as safely
from trialwright.conduct.subjects import asks as admitting
from trialwright.conduct.treating import asks as treating

NAMES: Mapping[str, tuple[type[Any], str]] = {
    "confirm": (data.Confirm, "Confirm, as a named person, what the protocol assumes about one of its fields."),
    "open": (course.OpenedToEnrolment, "Open the trial to enrolment, once everything has been confirmed."),
    "add-person": (people.StaffAdded, "Give a person an account."),
    "deactivate-person": (people.StaffDeactivated, "End a person's account; the identifier is never used again."),
    "grant-role": (people.RoleGranted, "Give a person a role at a site, * for every site."),
    "revoke-role": (people.RoleRevoked, "Take a role from a person, at once."),
    "sign-again": (SignAgain, "Sign an entry again whose signature a correction has voided."),
    "add-site": (sites.SiteAdded, "Add a site."),
    "record-approval": (sites.ApprovalRecorded, "Record an approval that a site has been given."),
    "withdraw-approval": (sites.ApprovalWithdrawn, "Record that an approval was withdrawn."),
    "activate-site": (sites.SiteActivated, "Activate a site whose approvals stand."),
    "close-site": (sites.SiteClosed, "Close a site to enrolment."),
    "approve-consent": (subjects.ConsentVersionApproved, "Bring a version of the consent form into use."),
    "list-before-consent": (subjects.PreConsentItemsListed, "List what may be done before consent."),
    "register": (admitting.RegisterSubject, "Make a person known to a site under an identifier of the trial."),
    "consent": (subjects.Consented, "Record that a person has consented."),
    "withdraw-consent": (subjects.ConsentWithdrawn, "Record a withdrawal, and what the person allows from then on."),
    "erase-identity": (subjects.IdentityErased, "Destroy the key of a person's identity for good."),
    "answer-criteria": (admitting.AnswerCriteria, "Answer eligibility criteria for a person, with evidence."),
    "screen-data": (admitting.ScreenData, "Answer by a person's data what the criteria can compute."),
    "confirm-eligibility": (admitting.ConfirmEligibility, "Sign, as an investigator, that a person is eligible."),
    "enrol": (data.Enrol, "Enrol a person, if the design has a place today."),
    "seal-randomisation": (allocating.SealRandomisation, "Fix how the trial randomises, and publish the commitment."),
    "randomise": (allocating.Randomise, "Give an enrolled participant the arm of the next slot."),
    "randomised-in-error": (allocation.RandomisedInError, "Note that somebody should not have been randomised."),
    "correct-level": (allocation.LevelCorrected, "Note the true level of a factor beside the one that was used."),
    "open-randomisation": (allocating.OpenRandomisation, "Open the commitment at the end, and check every allocation."),
    "report-unblinding": (allocation.UnblindingReported, "Enter an unblinding that happened otherwise."),
    "review-unblinding": (allocation.UnblindingReviewed, "Assess an unblinding and what it means for the trial."),
    "allocate": (data.Allocate, "Give an enrolled participant the arm that the design has open."),
    "set-treatment-rules": (treatment.TreatmentRules, "Fix what the record does not say about giving the treatment."),
    "plan-dose": (treating.PlanDose, "Work out a participant's next dose, with its working."),
    "prepare-dose": (treatment.DosePrepared, "Record what was prepared for a participant, and by whom."),
    "administer": (treating.Administer, "Record an administration with its times."),
    "omit-dose": (treating.OmitDose, "Record that a dose was due and not given."),
    "hold-dose": (treatment.DoseHeld, "Hold a participant's further doses."),
    "lift-hold": (treatment.HoldLifted, "Lift a hold."),
    "dose": (data.Dose, "Enter a row of exposure as it stands in a source."),
    "visit": (treating.RecordVisit, "Record that a visit was held or missed."),
    "endorse": (treating.EndorseCasebook, "Sign a participant's casebook at a milestone."),
    "record": (data.Record, "Enter any other row for the first time."),
    "supplement": (data.Supplement, "Add what has become known to columns of a row that were unknown."),
    "correct": (data.Correct, "Correct a row that was entered wrongly, for a reason."),
    "retract": (data.Retract, "Withdraw a row that should not have been entered, for a reason."),
    "report-event": (safely.ReportAdverseEvent, "Enter an adverse event."),
    "change-event": (safely.ChangeAdverseEvent, "Enter an adverse event as it is known now, for a reason."),
    "report-sent": (safety.SafetyReportSent, "Record that a safety report was sent."),
    "adjudicate-dlt": (safely.AdjudicateDlt, "Assess and sign a participant's dose-limiting toxicity."),
    "assess-dlt": (data.AssessDlt, "Enter an assessment of dose-limiting toxicity as it stands in a source."),
    "review-dlt": (safety.DltReviewed, "Give a second opinion on an assessment; it may raise a concern."),
    "correct-dlt": (safely.CorrectDlt, "Replace an assessment that was entered wrongly, for a reason."),
    "retract-dlt": (safely.RetractDlt, "Withdraw an assessment that should not have been entered."),
    "decide": (data.Decide, "Ask the design for today's decision, record and sign it."),
    "override": (safely.Override, "Go against the design's decision, for a reason."),
    "pause": (course.EnrolmentPaused, "Let nobody enter until enrolment is resumed."),
    "resume": (course.EnrolmentResumed, "Let participants enter again."),
    "close": (course.EnrolmentClosed, "End enrolment; those who have entered are followed."),
    "amend": (milestones.Amend, "Make a version of the protocol, kept with keep-protocol, the one that decides."),
    "bring-into-force": (course.AmendmentInForce, "Bring a version of the protocol into force at a site."),
    "lock": (milestones.Lock, "Make the data final."),
    "unlock": (course.Unlocked, "Open locked data again, signed and for a reason."),
    "unmask": (milestones.Unmask, "Sign that all allocations are opened; the second person's signature opens them."),
}
"""In the order in which a trial needs them. What is shown to a person after an emergency unblinding is `unblind`."""
