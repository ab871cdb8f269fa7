/** The grammar of `test` blocks: requests on a virtual clock, what the service answers, and what is expected. */
import type { IToken } from "chevrotain";
import * as t from "../tokens.ts";
import { DecisionGrammar } from "./decisions.ts";
import type { Rule } from "./expressions.ts";

const { K } = t;

function isString({ tokenType }: IToken): boolean {
  return tokenType === t.ClosedString || tokenType === t.OpenString;
}

export class TestGrammar extends DecisionGrammar {
  testDeclaration: Rule = this.RULE("testDeclaration", () => {
    this.CONSUME(K.test);
    this.CONSUME(t.Text);
    this.CONSUME(t.LeftBrace);
    this.OPTION(() => {
      this.CONSUME(K.clock);
      this.CONSUME(t.Time);
    });
    this.MANY(() => this.SUBRULE(this.step));
    this.CONSUME(t.RightBrace);
  });

  step: Rule = this.RULE("step", () => {
    this.CONSUME(K.at);
    this.CONSUME(t.Numeral, { LABEL: "time" });
    this.OR([
      {
        // `repeat` can be a method, and a method is followed by its path.
        GATE: () => this.LA(1).tokenType !== K.repeat || isString(this.LA(2)),
        ALT: () => {
          this.OR1([
            {
              ALT: () => {
                this.CONSUME(K.reload);
                this.CONSUME(t.Text);
              },
            },
            { ALT: () => this.SUBRULE(this.request), IGNORE_AMBIGUITIES: true },
          ]);
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.repetition);
          this.SUBRULE2(this.request);
        },
        IGNORE_AMBIGUITIES: true,
      },
    ]);
  });

  repetition: Rule = this.RULE("repetition", () => {
    this.CONSUME(K.repeat);
    this.CONSUME(t.Numeral, { LABEL: "times" });
    this.CONSUME(K.every);
    this.CONSUME2(t.Numeral, { LABEL: "every" });
    this.OPTION(() => {
      this.CONSUME(K.as);
      this.CONSUME(t.Word, { LABEL: "counter" });
    });
  });

  request: Rule = this.RULE("request", () => {
    this.CONSUME(t.Word, { LABEL: "method" });
    this.CONSUME(t.Text);
    this.CONSUME(K.from);
    this.CONSUME(t.Address);
    this.MANY(() => this.SUBRULE(this.requestClause));
  });

  requestClause: Rule = this.RULE("requestClause", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.asn);
          this.CONSUME(t.Numeral);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.country);
          this.CONSUME(t.Text);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.ja4);
          this.CONSUME2(t.Text);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.as);
          this.CONSUME(K.client);
          this.OR1([{ ALT: () => this.CONSUME3(t.Text) }, { ALT: () => this.CONSUME(t.Word) }]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.with);
          this.OR2([
            {
              ALT: () => {
                this.OR3([{ ALT: () => this.CONSUME(K.evidence) }, { ALT: () => this.CONSUME(K.pass) }]);
                this.CONSUME2(t.Word);
              },
            },
            { ALT: () => this.SUBRULE(this.shownCredential) },
          ]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.refused);
          this.CONSUME3(t.Word);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.scopes);
          this.SUBRULE(this.texts);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.claims);
          this.SUBRULE(this.jsonObject);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.header);
          this.CONSUME4(t.Text);
          this.CONSUME5(t.Text);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.body);
          this.SUBRULE2(this.jsonObject);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.size);
          this.CONSUME2(t.Numeral);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.respond);
          this.CONSUME3(t.Numeral);
          this.MANY({
            // `with evidence` and the like are of the request again.
            GATE: () => this.LA(1).tokenType !== K.with || this.LA(2).tokenType === K.header,
            DEF: () => this.SUBRULE(this.answerClause),
          });
        },
      },
      { ALT: () => this.SUBRULE(this.expectation) },
    ]);
  });

  /** The credential behind the caller; in this order, each part at most once, and one of them at least. */
  shownCredential: Rule = this.RULE("shownCredential", () => {
    this.CONSUME(K.credential);
    this.OPTION(() => this.CONSUME(t.Text));
    this.OPTION2(() => {
      this.CONSUME(K.issued);
      this.CONSUME(t.Time);
    });
    this.OPTION3(() => {
      this.CONSUME(K.expires);
      this.CONSUME2(t.Time, { LABEL: "end" });
    });
  });

  answerClause: Rule = this.RULE("answerClause", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.after);
          this.CONSUME(t.Numeral);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.size);
          this.CONSUME2(t.Numeral);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.latency);
          this.CONSUME3(t.Numeral);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.with);
          this.CONSUME(K.header);
          this.CONSUME(t.Text);
          this.CONSUME2(t.Text);
        },
      },
    ]);
  });

  expectation: Rule = this.RULE("expectation", () => {
    this.CONSUME(K.expect);
    this.CONSUME(t.Word, { LABEL: "verdict" });
    this.MANY(() => this.SUBRULE(this.expectationClause));
  });

  expectationClause: Rule = this.RULE("expectationClause", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.by);
          this.CONSUME(t.Word);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.after);
          this.CONSUME(t.Numeral);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.status);
          this.CONSUME2(t.Numeral);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.shadow);
          this.CONSUME2(t.Word);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.delay);
          this.CONSUME3(t.Numeral);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.score);
          this.CONSUME3(t.Word);
          this.OPTION(() => this.CONSUME(t.Minus));
          this.CONSUME4(t.Numeral);
        },
      },
    ]);
  });

  jsonObject: Rule = this.RULE("jsonObject", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.jsonMember) });
    this.CONSUME(t.RightBrace);
  });

  jsonMember: Rule = this.RULE("jsonMember", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.AnyWord, { LABEL: "name" }) },
      { ALT: () => this.CONSUME(t.Text, { LABEL: "name" }) },
    ]);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.jsonValue);
  });

  jsonValue: Rule = this.RULE("jsonValue", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Text) },
      {
        ALT: () => {
          this.OPTION(() => this.CONSUME(t.Minus));
          this.CONSUME(t.Numeral);
        },
      },
      { ALT: () => this.CONSUME(K.true, { LABEL: "word" }) },
      { ALT: () => this.CONSUME(K.false, { LABEL: "word" }) },
      { ALT: () => this.CONSUME(K.null, { LABEL: "word" }) },
      {
        ALT: () => {
          this.CONSUME(t.LeftBracket);
          this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.jsonValue) });
          this.CONSUME(t.RightBracket);
        },
      },
      { ALT: () => this.SUBRULE(this.jsonObject) },
    ]);
  });
}
