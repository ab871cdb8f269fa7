/** The grammar of declarations that keep state or decide: signals, scores, limits, rules, rollout and invariants. */
import * as t from "../tokens.ts";
import { DeclarationGrammar } from "./declarations.ts";
import type { Rule } from "./expressions.ts";

const { K } = t;

export class DecisionGrammar extends DeclarationGrammar {
  signalDeclaration: Rule = this.RULE("signalDeclaration", () => {
    this.CONSUME(K.signal);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Assign);
    this.CONSUME2(t.Word, { LABEL: "aggregate" });
    this.OPTION(() => {
      this.CONSUME(t.LeftParen);
      this.SUBRULE(this.expression, { LABEL: "argument" });
      this.OPTION6(() => {
        this.CONSUME(t.Comma);
        this.SUBRULE3(this.expression, { LABEL: "second" });
      });
      this.CONSUME(t.RightParen);
    });
    this.OPTION2(() => this.SUBRULE(this.onClause));
    this.OPTION3(() => {
      this.CONSUME(K.where);
      this.SUBRULE2(this.expression, { LABEL: "where" });
    });
    this.SUBRULE(this.perClause);
    this.CONSUME(K.over);
    this.CONSUME(t.Numeral, { LABEL: "over" });
    this.OPTION4(() => {
      this.CONSUME(K.against);
      this.CONSUME2(t.Numeral, { LABEL: "against" });
    });
    this.OPTION5(() => {
      this.CONSUME(K.was);
      this.CONSUME3(t.Word, { LABEL: "was" });
    });
  });

  onClause: Rule = this.RULE("onClause", () => {
    this.CONSUME(K.on);
    this.SUBRULE(this.names);
  });

  whenClause: Rule = this.RULE("whenClause", () => {
    this.CONSUME(K.when);
    this.SUBRULE(this.expression);
  });

  perClause: Rule = this.RULE("perClause", () => {
    this.CONSUME(K.per);
    this.SUBRULE(this.keys);
  });

  scoreDeclaration: Rule = this.RULE("scoreDeclaration", () => {
    this.CONSUME(K.score);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.scoreTerm));
    this.CONSUME(t.RightBrace);
  });

  scoreTerm: Rule = this.RULE("scoreTerm", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Plus, { LABEL: "sign" }) },
      { ALT: () => this.CONSUME(t.Minus, { LABEL: "sign" }) },
    ]);
    this.CONSUME(t.Numeral);
    this.SUBRULE(this.whenClause);
  });

  limitDeclaration: Rule = this.RULE("limitDeclaration", () => {
    this.CONSUME(K.limit);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.OPTION(() => this.SUBRULE(this.onClause));
    this.OPTION2(() => this.SUBRULE(this.whenClause));
    this.SUBRULE(this.perClause);
    this.CONSUME(K.allow);
    this.SUBRULE(this.amount);
    this.MANY(() => this.SUBRULE(this.limitClause));
  });

  /** `N per day "zone"`, `N at once`, or a rate, which may be an expression, with or without `exact`. */
  amount: Rule = this.RULE("amount", () => {
    this.OR([
      {
        GATE: () => this.LA(2).tokenType === K.per && this.LA(3).tokenType !== t.Numeral,
        ALT: () => {
          this.CONSUME(t.Numeral);
          this.CONSUME(K.per);
          this.CONSUME(t.Word, { LABEL: "unit" });
          this.OPTION(() => this.CONSUME(t.Text));
        },
      },
      {
        GATE: () => this.LA(2).tokenType === K.at,
        ALT: () => {
          this.CONSUME2(t.Numeral);
          this.CONSUME(K.at);
          this.CONSUME(K.once);
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        ALT: () => {
          this.SUBRULE(this.expression);
          this.OPTION2(() => this.CONSUME(K.exact));
        },
        IGNORE_AMBIGUITIES: true,
      },
    ]);
  });

  limitClause: Rule = this.RULE("limitClause", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.cost);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.otherwise);
          this.SUBRULE(this.refusal);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.refund);
          this.CONSUME(K.when);
          this.SUBRULE2(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.unavailable);
          this.CONSUME(t.Word, { LABEL: "mode" });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.was);
          this.CONSUME2(t.Word, { LABEL: "old" });
        },
      },
    ]);
  });

  refusal: Rule = this.RULE("refusal", () => {
    this.OR([
      { ALT: () => this.CONSUME(K.throttle) },
      {
        ALT: () => {
          this.CONSUME(K.block);
          this.OPTION(() => this.CONSUME(t.Numeral, { LABEL: "status" }));
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.challenge);
          this.CONSUME(t.Word, { LABEL: "kind" });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.slow);
          this.CONSUME(K.up);
          this.CONSUME(K.to);
          this.CONSUME2(t.Numeral, { LABEL: "length" });
        },
      },
    ]);
  });

  ruleDeclaration: Rule = this.RULE("ruleDeclaration", () => {
    this.OPTION(() => this.CONSUME(K.sealed));
    this.CONSUME(K.rule);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.OPTION2(() => this.SUBRULE(this.onClause));
    this.OPTION3(() => this.SUBRULE(this.whenClause));
    this.CONSUME(K.then);
    this.SUBRULE(this.action);
    this.MANY(() => this.SUBRULE(this.ruleClause));
  });

  action: Rule = this.RULE("action", () => {
    this.OR([
      { ALT: () => this.CONSUME(K.allow) },
      {
        ALT: () => {
          this.CONSUME(K.exempt);
          this.OPTION(() => {
            this.CONSUME(K.from);
            this.SUBRULE(this.names);
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.note);
          this.CONSUME(t.Text);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.slow);
          this.CONSUME(t.Numeral, { LABEL: "length" });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.challenge);
          this.CONSUME(t.Word, { LABEL: "kind" });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.throttle);
          this.OPTION2(() => {
            this.CONSUME(K.retry);
            this.CONSUME(K.after);
            this.CONSUME2(t.Numeral, { LABEL: "length" });
          });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.block);
          this.OPTION3(() => this.CONSUME3(t.Numeral, { LABEL: "status" }));
          this.OPTION4(() => this.SUBRULE(this.ban));
        },
      },
    ]);
  });

  ban: Rule = this.RULE("ban", () => {
    this.CONSUME(K.for);
    this.CONSUME(t.Numeral, { LABEL: "length" });
    this.OPTION(() => {
      this.CONSUME(K.doubling);
      this.CONSUME(K.to);
      this.CONSUME2(t.Numeral, { LABEL: "longest" });
    });
    this.SUBRULE(this.perClause);
    this.OPTION2(() => this.SUBRULE(this.onClause));
  });

  ruleClause: Rule = this.RULE("ruleClause", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.because);
          this.CONSUME(t.Text);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.tags);
          this.SUBRULE(this.texts);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.owner);
          this.CONSUME2(t.Text);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.unavailable);
          this.CONSUME(t.Word, { LABEL: "mode" });
        },
      },
    ]);
  });

  rolloutDeclaration: Rule = this.RULE("rolloutDeclaration", () => {
    this.CONSUME(K.rollout);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.rolloutEntry));
    this.CONSUME(t.RightBrace);
  });

  rolloutEntry: Rule = this.RULE("rolloutEntry", () => {
    this.CONSUME(t.Word, { LABEL: "name" });
    this.OR([
      { ALT: () => this.CONSUME(K.off, { LABEL: "mode" }) },
      { ALT: () => this.CONSUME(K.shadow, { LABEL: "mode" }) },
      { ALT: () => this.CONSUME(K.on, { LABEL: "mode" }) },
      {
        ALT: () => {
          this.CONSUME(K.canary, { LABEL: "mode" });
          this.CONSUME(t.Numeral, { LABEL: "share" });
          this.CONSUME(K.per);
          this.SUBRULE(this.key);
          this.OPTION(() => {
            this.CONSUME(K.replaces);
            this.CONSUME2(t.Word, { LABEL: "replaced" });
          });
        },
      },
    ]);
    this.OPTION2({
      // `until` may also be the name of the next entry, which no time follows.
      GATE: () => this.LA(2).tokenType === t.Time,
      DEF: () => {
        this.CONSUME(K.until);
        this.CONSUME(t.Time);
      },
    });
  });

  invariantDeclaration: Rule = this.RULE("invariantDeclaration", () => {
    this.CONSUME(K.invariant);
    this.CONSUME(t.Text);
    this.OPTION(() => this.SUBRULE(this.onClause));
    this.OPTION2(() => this.SUBRULE(this.whenClause));
    this.CONSUME(K.then);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.at);
          this.CONSUME(K.least);
        },
      },
      { ALT: () => this.CONSUME(K.never) },
    ]);
    this.CONSUME(t.Word, { LABEL: "verdict" });
  });
}
