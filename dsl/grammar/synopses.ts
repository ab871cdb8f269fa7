/** How each declaration is written, for the help of syntax errors. */

/** By the grammar rule that reads it. Lower-case words are literal, capitals stand for something, brackets are optional. */
export const SYNOPSES: Readonly<Record<string, string>> = {
  policyDeclaration: 'policy "NAME" { owner STRING default allow|block unavailable closed|open|local … }',
  importDeclaration: 'import "file"',
  trustDeclaration: "trust proxy NETWORK, … hops N",
  identityDeclaration: "identity { api_key { header STRING } … }",
  clientsDeclaration: 'clients from "file"',
  listDeclaration: 'list NAME : TYPE = […]  or  list NAME : TYPE from "file"',
  routeDeclaration: "route NAME = METHOD | … PATTERN [{ scopes […] min_evidence EVIDENCE body { FIELD: TYPE } }]",
  groupDeclaration: "group NAME = ROUTES",
  factDeclaration: "fact NAME : TYPE from header STRING",
  classDeclaration: "class NAME = LABEL when CONDITION, … else LABEL",
  tableDeclaration: "table NAME : TYPE -> TYPE = { KEY: VALUE, … } else VALUE",
  windowDeclaration:
    'window NAME = weekly DAY HH:MM to [DAY] HH:MM "ZONE" | daily HH:MM to HH:MM "ZONE" | from TIME to TIME',
  letDeclaration: "let NAME = CONDITION",
  signalDeclaration:
    "signal NAME = AGGREGATE [on ROUTES] [where CONDITION] per KEYS over DURATION [against DURATION] [was NAME]",
  scoreDeclaration: "score NAME { +N when CONDITION … }",
  limitDeclaration:
    "limit NAME [on ROUTES] [when CONDITION] per KEYS allow N per DURATION [burst N] [exact] [cost N] [otherwise VERDICT] [refund when CONDITION] [unavailable MODE] [was NAME]",
  ruleDeclaration:
    "[sealed] rule NAME [on ROUTES] [when CONDITION] then ACTION [because STRING] [tags […]] [owner STRING] [unavailable MODE]",
  rolloutDeclaration: "rollout { NAME off|shadow|on|canary N% per KEY [replaces NAME] [until TIME] … }",
  invariantDeclaration: "invariant STRING [on ROUTES] [when CONDITION] then at least VERDICT | never VERDICT",
  testDeclaration:
    "test STRING { at DURATION [repeat N every DURATION as n] METHOD PATH from IP [as client ID] [header …] [body {…}] [respond STATUS] [expect VERDICT [by NAME]] … }",
  scenarioDeclaration:
    "scenario NAME { run DURATION population NAME = MODEL { … } attack NAME = MODEL { … } service { … } expect NAME.METRIC < N … }",
};

/** Clauses with a shape of their own, whose synopsis is more to the point than the declaration's. */
export const CLAUSE_SYNOPSES: Readonly<Record<string, string>> = {
  action:
    "allow | exempt from NAMES | note STRING | slow DURATION | challenge KIND | throttle [retry after DURATION] | block [STATUS] [for DURATION per KEYS]",
  ban: "block [STATUS] for DURATION [doubling to DURATION] per KEYS [on ROUTES]",
  refusal: "otherwise throttle | block [STATUS] | challenge KIND | slow up to DURATION",
  amount: 'N per DURATION [burst B] [exact] | N per day|hour|month "ZONE" | N at once',
  rolloutEntry: "NAME off | shadow | on | canary N% per KEY [replaces NAME] [until TIME]",
  scoreTerm: "+N when CONDITION",
  routeClause: "scopes […] | min_evidence EVIDENCE | body { FIELD: TYPE [from STRING] }",
  bodyField: 'FIELD: TYPE [from [sum|max|count] "json.path"]',
  requestClause:
    "as client ID | with evidence EVIDENCE | with pass KIND | with credential [STRING] [issued TIME] [expires TIME] | refused REASON | scopes […] | claims {…} | header STRING STRING | body {…} | size SIZE | respond STATUS | expect VERDICT",
  shownCredential: "with credential [STRING] [issued TIME] [expires TIME]",
  answerClause: "after DURATION | size SIZE | latency DURATION | with header STRING STRING",
  expectationClause: "by NAME | after DURATION | status N | shadow NAME | delay DURATION | score NAME N",
  actor:
    "population NAME = MODEL { clients … rate N per DURATION [each] mix ROUTE N%, … from NETWORKS … } | attack NAME = MODEL { target ROUTE rate N per DURATION from NETWORKS … }",
  mixClause: "mix ROUTE N%, …",
  reaction: "if blocked|throttled|challenged rotate source | rotate credential | solve | slow down | give up",
  takingPart: "clients where CONDITION | clients [ID, …]",
  sendingRate: "rate N per DURATION [each]",
  scenarioExpectation: "expect NAME.METRIC < N [advisory]",
  serviceClause: "latency DURATION | ROUTE succeeds N%",
};

/** The literal words of a synopsis. */
export function wordsOf(synopsis: string): readonly string[] {
  return synopsis.match(/\b[a-z][a-z0-9_]+\b/g) ?? [];
}
