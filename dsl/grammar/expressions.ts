/**
 * The grammar of conditions, numbers and names. An expression is read as a flat row of operands and operators; precedence
 * is applied when the tree is built, so that a long condition costs one node an operand and no depth at all.
 */
import {
  type CstNode,
  CstParser,
  type IParserConfig,
  type IRuleConfig,
  type IToken,
  type ParserMethod,
  tokenMatcher,
} from "chevrotain";
import * as t from "../tokens.ts";
import { Recorder, type RuleOutline, type WrittenRule } from "./outline.ts";
import type { QuickReader } from "./quick-read.ts";

const { K } = t;

/** A rule of the grammar without arguments. */
export type Rule = ParserMethod<[], CstNode>;

/** Rules that every declaration uses. The grammar is a chain of classes, one a family of declarations. */
export class ExpressionGrammar extends CstParser {
  /** The rules by the methods that call them. Before all others, as those are made by it. */
  readonly #written = new Map<unknown, WrittenRule>();
  /** What gates look ahead in, where it is not chevrotain that reads. */
  protected quick: QuickReader | null = null;

  constructor(config: IParserConfig) {
    super(t.VOCABULARY, config);
  }

  protected override RULE<F extends () => void>(
    name: string,
    body: F,
    config?: IRuleConfig<CstNode>,
  ): ParserMethod<Parameters<F>, CstNode> {
    const rule = super.RULE(name, body, config);
    this.#written.set(rule, { name, body });
    return rule;
  }

  protected override LA(count: number): IToken {
    return this.quick === null ? super.LA(count) : this.quick.ahead(count);
  }

  /** The rules as data, by name. */
  protected outline(): ReadonlyMap<string, RuleOutline> {
    const recorder = new Recorder(this.#written);
    // Methods of its own hide those of its class, as they do where chevrotain records.
    Object.assign(this, recorder.methods);
    try {
      return recorder.record();
    } finally {
      for (const name of Object.keys(recorder.methods)) Reflect.deleteProperty(this, name);
    }
  }

  expression: Rule = this.RULE("expression", () => {
    this.SUBRULE(this.operand);
    this.MANY({
      GATE: () => !this.startsScoreTerm(),
      DEF: () => {
        this.SUBRULE(this.operator);
        this.SUBRULE2(this.operand);
      },
    });
  });

  operator: Rule = this.RULE("operator", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Operator) },
      {
        ALT: () => {
          this.CONSUME(K.is);
          this.OPTION(() => this.CONSUME(K.not));
        },
      },
      {
        ALT: () => {
          this.CONSUME2(K.not);
          this.CONSUME2(K.in, { LABEL: "Operator" });
        },
      },
    ]);
  });

  operand: Rule = this.RULE("operand", () => {
    this.MANY(() => this.CONSUME(K.not));
    this.SUBRULE(this.primary);
  });

  primary: Rule = this.RULE("primary", () => {
    this.OR(this.primaries());
  });

  private primaryAlternatives: ReturnType<ExpressionGrammar["makePrimaries"]> | undefined;
  private primaries(): ReturnType<ExpressionGrammar["makePrimaries"]> {
    this.primaryAlternatives ??= this.makePrimaries();
    return this.primaryAlternatives;
  }
  private makePrimaries(): { GATE?: () => boolean; ALT: () => unknown }[] {
    return [
      { GATE: () => this.startsSetTest(), ALT: () => this.SUBRULE(this.setTest) },
      { ALT: () => this.SUBRULE(this.name) },
      { ALT: () => this.SUBRULE(this.number) },
      { ALT: () => this.CONSUME(t.Text) },
      { ALT: () => this.SUBRULE(this.presence) },
      { ALT: () => this.SUBRULE(this.listLiteral) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen);
          this.SUBRULE(this.expression);
          this.CONSUME(t.RightParen);
        },
      },
      { ALT: () => this.CONSUME(t.Address) },
      { ALT: () => this.CONSUME(K.true) },
      { ALT: () => this.CONSUME(K.false) },
      { ALT: () => this.CONSUME(t.Time) },
      { ALT: () => this.CONSUME(t.TimeOfDay) },
      { ALT: () => this.CONSUME(t.RegexLiteral) },
    ];
  }

  /** `10`, `-5`, or a rate `10 per 1m burst 20`. */
  number: Rule = this.RULE("number", () => {
    this.OPTION(() => this.CONSUME(t.Minus));
    this.CONSUME(t.Numeral, { LABEL: "value" });
    this.OPTION2({
      GATE: () => this.LA(2).tokenType === t.Numeral,
      DEF: () => {
        this.CONSUME(K.per);
        this.CONSUME2(t.Numeral, { LABEL: "period" });
        this.OPTION3(() => {
          this.CONSUME(K.burst);
          this.CONSUME3(t.Numeral, { LABEL: "size" });
        });
      },
    });
  });

  presence: Rule = this.RULE("presence", () => {
    this.OR([{ ALT: () => this.CONSUME(K.has) }, { ALT: () => this.CONSUME(K.no) }]);
    this.SUBRULE(this.name);
  });

  /** `any of xs in ys`. */
  setTest: Rule = this.RULE("setTest", () => {
    this.OR([{ ALT: () => this.CONSUME(K.any) }, { ALT: () => this.CONSUME(K.all) }]);
    this.CONSUME(K.of);
    this.SUBRULE(this.setOperand, { LABEL: "left" });
    this.CONSUME(K.in);
    this.SUBRULE2(this.setOperand, { LABEL: "right" });
  });

  setOperand: Rule = this.RULE("setOperand", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.name) }, { ALT: () => this.SUBRULE(this.listLiteral) }]);
  });

  listLiteral: Rule = this.RULE("listLiteral", () => {
    this.CONSUME(t.LeftBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RightBracket);
  });

  name: Rule = this.RULE("name", () => {
    this.CONSUME(t.Word, { LABEL: "part" });
    this.MANY(() => {
      this.CONSUME(t.Dot);
      this.CONSUME(t.AnyWord, { LABEL: "part" });
    });
    this.OPTION(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.LeftBracket);
            this.SUBRULE(this.expression, { LABEL: "index" });
            this.CONSUME(t.RightBracket);
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.LeftParen);
            this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE2(this.expression, { LABEL: "argument" }) });
            this.CONSUME(t.RightParen);
          },
        },
      ]);
    });
  });

  /** `client else ip.network, header["x"] else skip`. */
  keys: Rule = this.RULE("keys", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.key) });
  });

  key: Rule = this.RULE("key", () => {
    this.SUBRULE(this.name);
    this.MANY(() => {
      this.CONSUME(K.else);
      this.OR([
        { GATE: () => !this.startsDottedName(), ALT: () => this.CONSUME(K.skip) },
        { ALT: () => this.SUBRULE2(this.name), IGNORE_AMBIGUITIES: true },
      ]);
    });
  });

  /** Names joined by commas: routes, or the rules and limits of an exemption. */
  names: Rule = this.RULE("names", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Word) });
  });

  texts: Rule = this.RULE("texts", () => {
    this.CONSUME(t.LeftBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Text) });
    this.CONSUME(t.RightBracket);
  });

  /** `+N when` and `-N when` begin the next term of a score rather than a sum. */
  private startsScoreTerm(): boolean {
    const sign = this.LA(1).tokenType;
    return (
      (sign === t.Plus || sign === t.Minus) && this.LA(2).tokenType === t.Numeral && this.LA(3).tokenType === K.when
    );
  }

  private startsSetTest(): boolean {
    return tokenMatcher(this.LA(2), K.of);
  }

  private startsDottedName(): boolean {
    const next = this.LA(2).tokenType;
    return next === t.Dot || next === t.LeftBracket || next === t.LeftParen;
  }
}
