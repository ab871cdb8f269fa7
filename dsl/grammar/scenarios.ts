/** The grammar of `scenario` blocks: who sends what, what the service answers, and what must hold at the end. */
import * as t from "../tokens.ts";
import type { Rule } from "./expressions.ts";
import { TestGrammar } from "./tests.ts";

const { K } = t;

export class ScenarioGrammar extends TestGrammar {
  scenarioDeclaration: Rule = this.RULE("scenarioDeclaration", () => {
    this.CONSUME(K.scenario);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.scenarioStatement));
    this.CONSUME(t.RightBrace);
  });

  scenarioStatement: Rule = this.RULE("scenarioStatement", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.run);
          this.CONSUME(t.Numeral);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.seeds);
          this.CONSUME2(t.Numeral);
        },
      },
      { ALT: () => this.SUBRULE(this.serviceBlock) },
      { ALT: () => this.SUBRULE(this.actor) },
      { ALT: () => this.SUBRULE(this.scenarioExpectation) },
    ]);
  });

  serviceBlock: Rule = this.RULE("serviceBlock", () => {
    this.CONSUME(K.service);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.serviceClause));
    this.CONSUME(t.RightBrace);
  });

  serviceClause: Rule = this.RULE("serviceClause", () => {
    this.OR([
      {
        GATE: () => this.LA(2).tokenType === K.succeeds,
        ALT: () => {
          this.CONSUME(t.Word);
          this.CONSUME(K.succeeds);
          this.CONSUME(t.Numeral);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.latency);
          this.CONSUME2(t.Numeral);
        },
        IGNORE_AMBIGUITIES: true,
      },
    ]);
  });

  actor: Rule = this.RULE("actor", () => {
    this.OR([{ ALT: () => this.CONSUME(K.population) }, { ALT: () => this.CONSUME(K.attack) }]);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Assign);
    this.CONSUME2(t.Word, { LABEL: "model" });
    this.OPTION(() => this.CONSUME(t.Text));
    this.OPTION2(() => {
      this.CONSUME(t.LeftBrace);
      this.MANY(() => this.SUBRULE(this.actorClause));
      this.CONSUME(t.RightBrace);
    });
  });

  actorClause: Rule = this.RULE("actorClause", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.takingPart) },
      { ALT: () => this.SUBRULE(this.sendingRate) },
      { ALT: () => this.SUBRULE(this.mixClause) },
      { ALT: () => this.SUBRULE(this.fromClause) },
      { ALT: () => this.SUBRULE(this.reaction) },
      { ALT: () => this.SUBRULE(this.actorSetting), IGNORE_AMBIGUITIES: true },
    ]);
  });

  takingPart: Rule = this.RULE("takingPart", () => {
    this.CONSUME(K.clients);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.where);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftBracket);
          this.MANY_SEP({
            SEP: t.Comma,
            DEF: () =>
              this.OR2([
                { ALT: () => this.CONSUME(t.Word, { LABEL: "id" }) },
                { ALT: () => this.CONSUME(t.Text, { LABEL: "id" }) },
              ]),
          });
          this.CONSUME(t.RightBracket);
        },
      },
    ]);
  });

  sendingRate: Rule = this.RULE("sendingRate", () => {
    this.CONSUME(K.rate);
    this.CONSUME(t.Numeral, { LABEL: "value" });
    this.CONSUME(K.per);
    this.CONSUME2(t.Numeral, { LABEL: "period" });
    this.OPTION(() => this.CONSUME(K.each));
  });

  mixClause: Rule = this.RULE("mixClause", () => {
    this.CONSUME(K.mix);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.mixShare) });
  });

  mixShare: Rule = this.RULE("mixShare", () => {
    this.CONSUME(t.Word);
    this.CONSUME(t.Numeral);
  });

  /** `from 5m to 25m` (when) or `from 10.0.0.0/8, office` (where). */
  fromClause: Rule = this.RULE("fromClause", () => {
    this.CONSUME(K.from);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Numeral, { LABEL: "start" });
          this.CONSUME(K.to);
          this.CONSUME2(t.Numeral, { LABEL: "end" });
        },
      },
      { ALT: () => this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.place) }) },
    ]);
  });

  place: Rule = this.RULE("place", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Address) }, { ALT: () => this.CONSUME(t.Word) }]);
  });

  /** `if blocked rotate source`, or as it was first written `on block …`. Two-word actions begin with `rotate`, `slow` or `give`. */
  reaction: Rule = this.RULE("reaction", () => {
    this.OR3([{ ALT: () => this.CONSUME(K.if) }, { ALT: () => this.CONSUME(K.on) }]);
    this.CONSUME(t.AnyWord, { LABEL: "trigger" });
    this.OR([
      {
        ALT: () => {
          this.OR2([
            { ALT: () => this.CONSUME(K.rotate, { LABEL: "action" }) },
            { ALT: () => this.CONSUME(K.slow, { LABEL: "action" }) },
            { ALT: () => this.CONSUME(K.give, { LABEL: "action" }) },
          ]);
          this.CONSUME2(t.Word, { LABEL: "action" });
        },
      },
      { ALT: () => this.CONSUME3(t.Word, { LABEL: "action" }), IGNORE_AMBIGUITIES: true },
    ]);
  });

  actorSetting: Rule = this.RULE("actorSetting", () => {
    this.CONSUME(t.AnyWord, { LABEL: "setting" });
    this.SUBRULE(this.primary);
  });

  scenarioExpectation: Rule = this.RULE("scenarioExpectation", () => {
    this.CONSUME(K.expect);
    this.CONSUME(t.Word, { LABEL: "subject" });
    this.CONSUME(t.Dot);
    this.CONSUME(t.AnyWord, { LABEL: "metric" });
    this.OR([
      { ALT: () => this.CONSUME(t.Comparison, { LABEL: "op" }) },
      { ALT: () => this.CONSUME(t.Assign, { LABEL: "op" }) },
    ]);
    this.CONSUME(t.Numeral);
    this.OPTION(() => this.CONSUME(K.advisory));
  });
}
