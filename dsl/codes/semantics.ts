/** Codes `EP2…`: files, names, types, missing values, levels, keys and declarations that contradict the language. */
export const SEMANTICS = {
  unknownName: {
    code: "EP2001",
    title: "unknown name",
    explanation: "Every name must be declared in the policy or one of its imports, or be an attribute of the language.",
  },
  declaredTwice: {
    code: "EP2002",
    title: "name declared twice",
    explanation: "A policy and its imports share one namespace; the second declaration of a name is an error.",
  },
  nameTaken: {
    code: "EP2003",
    title: "name belongs to something else",
    explanation:
      "A value, a path parameter or a body field may not bear the name of an attribute of the language, and a parameter or field not that of a declaration.",
  },
  wrongKind: {
    code: "EP2004",
    title: "name of the wrong kind",
    explanation: "A name is declared, but as something that cannot stand in this place.",
  },
  importCycle: {
    code: "EP2005",
    title: "imports form a cycle",
    explanation: "A file may not import itself, directly or through others.",
  },
  tooManyFiles: {
    code: "EP2006",
    title: "too many imports",
    explanation: "Imports nest at most 16 deep and a policy has at most 256 files.",
  },
  fileUnreadable: {
    code: "EP2010",
    title: "file cannot be read",
    explanation:
      "The file does not exist, is a directory, or may not be read; or it is a bundle that is damaged or of another format. Paths are relative to the file that names them.",
  },
  fileTooLarge: {
    code: "EP2011",
    title: "file too large",
    explanation: "A policy file holds at most 1 MiB, an inventory 4 MiB, a list 16 MiB.",
  },
  fileNotText: {
    code: "EP2012",
    title: "file is not UTF-8 text",
    explanation: "Files are UTF-8 text without NUL bytes and without a byte-order mark.",
  },
  policyCount: {
    code: "EP2020",
    title: "not exactly one policy declaration",
    explanation: "`policy NAME { … }` stands once, in the main file; `clients from` and `identity` at most once.",
  },
  setting: {
    code: "EP2021",
    title: "wrong policy setting",
    explanation:
      "Settings are owner, default, unavailable, ambiguous_paths, refused_credentials and memory, each at most once; default must stand.",
  },
  typesDiffer: {
    code: "EP2101",
    title: "two types do not fit together",
    explanation:
      "Nothing is converted: both sides of an operator have one type. An integer literal fits where a number stands.",
  },
  operatorMisfit: {
    code: "EP2102",
    title: "operator does not apply to this type",
    explanation:
      "Each operator takes certain types: ordering takes numbers and evidence, text tests take strings, `any of` takes sets.",
  },
  notCondition: {
    code: "EP2103",
    title: "not a condition",
    explanation: "`when`, `where`, `and`, `or` and `not` take conditions.",
  },
  unknownMember: {
    code: "EP2104",
    title: "unknown member of an enumeration",
    explanation: "Enumerations are closed: a value that can never occur is an error.",
  },
  wrongArgument: {
    code: "EP2105",
    title: "wrong argument of an attribute",
    explanation: "Attributes that take a name, a time zone or prefix lengths take them as literals.",
  },
  notValue: {
    code: "EP2106",
    title: "not a value",
    explanation: "Routes, rules, limits and lists are not values; a list stands only on the right of `in`.",
  },
  missingRead: {
    code: "EP2107",
    title: "value that can be missing is read without a guard",
    explanation:
      "An attribute that can be missing is read only where it is known to be present: after `has x and`, after `no x or`, as `x ?? literal`, or for path parameters inside `on` of routes that all declare them. Guards read left to right and do not flow through `let`.",
  },
  neverMissing: {
    code: "EP2108",
    title: "value can never be missing",
    explanation: "`has`, `no` and `??` are for attributes that can be missing.",
  },
  fieldConflict: {
    code: "EP2109",
    title: "one name for different fields",
    explanation: "A name is either a path parameter or a body field, and has one type in all routes.",
  },
  letType: {
    code: "EP2110",
    title: "let is neither a condition nor a single value",
    explanation: "`let` names a condition or a single value; sets and rates are written where they are used.",
  },
  tooDeep: {
    code: "EP2111",
    title: "expression too deep",
    explanation: "Expressions nest at most 128 deep and `let` declarations read each other at most 64 deep.",
  },
  readsUpwards: {
    code: "EP2201",
    title: "reads upwards",
    explanation:
      "Facts feed signals, signals feed scores, and rules and limits read all of them; nothing reads the other way.",
  },
  letCycle: {
    code: "EP2202",
    title: "let declarations form a cycle",
    explanation: "A `let` may not read itself, directly or through others.",
  },
  outcomeRead: {
    code: "EP2203",
    title: "outcome read before it exists",
    explanation:
      "`response.…` and `served` are known after the decision, so only a signal's `where` and argument may read them.",
  },
  keyCount: {
    code: "EP2301",
    title: "wrong number of keys",
    explanation: "State is kept per one to four keys.",
  },
  keyKind: {
    code: "EP2302",
    title: "not a key",
    explanation:
      "A key is an attribute with a single value that is known when the request arrives, or a `class` or `let`. What a `class` or `let` reads is bounded by whose key it is: facts only for signals, bans and canaries, signals and scores too for limits.",
  },
  keyMissing: {
    code: "EP2303",
    title: "key can be missing",
    explanation:
      "A key that can be missing says what to use instead: `else OTHER KEY`, `else skip`, or a guard before it, so that no two strangers share a bucket by accident.",
  },
  pattern: {
    code: "EP2401",
    title: "wrong route pattern",
    explanation:
      "A pattern is a path of literal segments, `{name}` for one segment and a final `**`, after an optional `//host`.",
  },
  routesTie: {
    code: "EP2402",
    title: "two routes tie",
    explanation:
      "Two routes that share a method and match the same requests equally specifically cannot be told apart.",
  },
  routeMember: {
    code: "EP2403",
    title: "wrong part of a route",
    explanation:
      "Methods, scopes, `min_evidence` and body fields of a route are checked against what the language knows.",
  },
  listEntry: {
    code: "EP2501",
    title: "list entry of another type",
    explanation: "Every entry of a list is a literal of the list's type.",
  },
  listFileEntry: {
    code: "EP2502",
    title: "wrong entry in a list file",
    explanation: "A list file has one entry a line; blank lines and lines beginning with `#` are skipped.",
  },
  tableEntry: {
    code: "EP2511",
    title: "wrong entry in a table",
    explanation: "A table maps literals of one type to literals of another; every key stands once.",
  },
  outOfRange: {
    code: "EP2601",
    title: "number out of range",
    explanation: "Counts and durations have bounds, so that no arithmetic overflows and no table grows without end.",
  },
  amount: {
    code: "EP2602",
    title: "wrong amount or cost",
    explanation:
      "A limit allows a rate of requests, or with `cost size` a rate of bytes; a cost is an integer expression.",
  },
  status: {
    code: "EP2611",
    title: "status out of range",
    explanation: "`block` answers with a status from 400 to 499, or 503.",
  },
  exempt: {
    code: "EP2612",
    title: "cannot be exempted",
    explanation:
      "`exempt from` names limits and rules that restrict; allow rules, exempt rules and sealed rules cannot be exempted.",
  },
  word: {
    code: "EP2613",
    title: "unknown word",
    explanation: "Every set of words of the language is closed.",
  },
  rollout: {
    code: "EP2621",
    title: "wrong rollout entry",
    explanation: "A rollout entry names a rule or limit once and sets it to off, shadow, canary N% per KEY, or on.",
  },
  identity: {
    code: "EP2631",
    title: "wrong identity source",
    explanation: 'An identity source says where a credential is read: `api_key { header "x-api-key" }`.',
  },
  inventorySyntax: {
    code: "EP2701",
    title: "inventory is not YAML",
    explanation: "The inventory is one YAML or JSON document.",
  },
  inventoryField: {
    code: "EP2702",
    title: "unknown field in the inventory",
    explanation: "The fields of the inventory are closed, so that a misspelt one is not silently ignored.",
  },
  inventoryMissing: {
    code: "EP2703",
    title: "missing field in the inventory",
    explanation: "Every client states its id, kind, owner, environment and status.",
  },
  inventoryValue: {
    code: "EP2704",
    title: "wrong value in the inventory",
    explanation: "A field's value has the type and form that the inventory's schema states.",
  },
  inventoryTwice: {
    code: "EP2705",
    title: "declared twice in the inventory",
    explanation: "Ids of teams, people, clients and credentials are unique, and a credential belongs to one client.",
  },
  inventoryReference: {
    code: "EP2706",
    title: "unknown team or person",
    explanation: "Owners refer to the teams and people that the inventory declares.",
  },
  scenarioClause: {
    code: "EP2801",
    title: "wrong clause in a scenario",
    explanation: "Every population and attack model has its own clauses, each at most once.",
  },
  scenarioMissing: {
    code: "EP2802",
    title: "scenario is incomplete",
    explanation:
      "A model needs certain clauses, and a scenario a `run` duration and at least one population or attack.",
  },
  scenarioValue: {
    code: "EP2803",
    title: "wrong value in a scenario",
    explanation: "A clause's value has a unit and a range.",
  },
  scenarioExpectation: {
    code: "EP2804",
    title: "wrong expectation",
    explanation:
      "An expectation compares a metric of a population or attack of its scenario with a literal of the metric's unit.",
  },
  testTwice: {
    code: "EP2811",
    title: "two tests of one name",
    explanation: "Reports and `--filter` know a test by its name, so every test of a policy has its own.",
  },
  testStep: {
    code: "EP2812",
    title: "wrong step in a test",
    explanation:
      "A step is a request as a caller would send it: a method in capitals, a path from `/` on, header names in lower case, evidence only of a client, and a credential whose id or dates are stated.",
  },
  tooMany: {
    code: "EP2901",
    title: "too many problems",
    explanation: "At most 200 problems are listed at once; the rest show when these are mended.",
  },
} as const;
