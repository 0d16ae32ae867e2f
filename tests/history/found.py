"""Histories that once broke a promise, each named for what must hold.

The shortest that miss some guard when it is taken out are among them, and early: each
guard is looked for with these first.
"""

FOUND = {
    "a red re-run of what has passed, killed or not, is told alike": (
        "cancelled rollback | arrive 0 | push e | deploy 1 | tell 1 failure !54"
    ),
    "an earlier deployment of the same SHA is told its end": (
        "failure rollback | ship g | deploy 0"
    ),
    "what a rollback by hand replaced is told its end": (
        "success rollback | ship g | rollback previous"
    ),
    "a rollback by hand to what awaits its verdict is told its end": (
        "success rollback | push g | ship g | rollback 1 | tell 1 success"
    ),
    "what a person rolled back to, and passed, is good": (
        "success rollback | push g | ship g | rollback 1 | tell 1 success "
        "| ship g | tell 0 failure"
    ),
    "a second rollback by hand goes further back, and what was taken away stays": (
        "success rollback | ship g | tell 0 success | ship g | tell 0 success "
        "| rollback previous | rollback previous | tell 0 success"
    ),
    "a version that never gets healthy goes back, and is not said to serve": (
        "success rollback | ship u"
    ),
    "killed in the middle of a deployment": "success rollback | ship g !5",
    "killed after a fact, its notice is there": "success rollback | ship g !2",
    "a second process waits, and what was edited by hand is kept": (
        "success rollback | edit | ship g ?1"
    ),
    "what a force-push took off the branch is not deployed again": (
        "success rollback | ship g | ship g 1 | deploy 1"
    ),
    "what a reset by hand took away does not come back after a push that fails": (
        "success rollback | ship g | tell 0 success | reset 1 | ship u"
    ),
    "what a person put up again by hand, after a rollback took it away, is good": (
        "failure rollback | ship g !0 | tell 0 success | rollback previous | ship g "
        "| reset 1 | tell 0 failure | ship g"
    ),
    "a drift is told by the timer alike, killed or not": (
        "success rollback | deploy 0 | ship g | tell 0 success | reset 1 | ship u !0"
    ),
    "a return that failed is tried again by the timer alike, killed or not": (
        "success rollback | ship u | ship g | tell 0 success | reset 1 | ship u "
        "| ship g !0"
    ),
    "killed while its tool lives on, and nothing had been said of it": (
        "success rollback | ship u !1 ~"
    ),
    "killed after a late success was recorded": (
        "success rollback | ship g | tell 0 failure | tell 0 success !3"
    ),
    "killed after a late success moved the pointer in the journal": (
        "success rollback | ship g | tell 0 failure | tell 0 success !5"
    ),
    "killed before a late success was rolled forward": (
        "success rollback | ship g | tell 0 failure | tell 0 success !7"
    ),
    "killed before it left a trace, while resume has others to settle": (
        "success rollback | tell 0 failure | deploy 0 | ship g !0"
    ),
    "killed after a verdict was recorded, it is told though another is settled first": (
        "success rollback | deploy 0 | ship g | tell 0 failure !1 | tell 0 success"
    ),
    "a redeployment of what had passed ends, whichever verdict is heard first": (
        "success rollback | deploy 0 | ship g | tell 0 success !0 | rollback previous"
    ),
    "a redeployment of what had passed ends, though a person says no verdict": (
        "success rollback | deploy 0 | settle 0 none !0"
    ),
    "killed while it says that a version is kept without a verdict, it is said once": (
        "success keep | ship g | ship g | tell 0 cancelled !38"
    ),
    "a late success of what serves no more is not said to serve": (
        "success keep | ship g | ship g | arrive 0 | ship g"
    ),
    "a rollback to what was put up by hand and does not hold returns to the good one": (
        "success rollback | ship g !0 | tell 0 success | reset 1 | ship u "
        "| tell 0 failure | tell 0 success | ship g | tell 0 success | reset 1 "
        "| rollback 1"
    ),
}
