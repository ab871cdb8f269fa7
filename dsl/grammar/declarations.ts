/** The grammar of declarations that say what exists: policy, imports, identity, lists, routes and values of one's own. */
import * as t from "../tokens.ts";
import { ExpressionGrammar, type Rule } from "./expressions.ts";

const { K } = t;

export class DeclarationGrammar extends ExpressionGrammar {
  policyDeclaration: Rule = this.RULE("policyDeclaration", () => {
    this.CONSUME(K.policy);
    this.CONSUME(t.Text);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.setting));
    this.CONSUME(t.RightBrace);
  });

  setting: Rule = this.RULE("setting", () => {
    this.CONSUME(t.Word, { LABEL: "name" });
    this.OR([
      { ALT: () => this.CONSUME(t.Text) },
      { ALT: () => this.CONSUME(t.Numeral) },
      { ALT: () => this.CONSUME2(t.Word, { LABEL: "value" }) },
    ]);
  });

  importDeclaration: Rule = this.RULE("importDeclaration", () => {
    this.CONSUME(K.import);
    this.CONSUME(t.Text);
  });

  trustDeclaration: Rule = this.RULE("trustDeclaration", () => {
    this.CONSUME(K.trust);
    this.CONSUME(K.proxy);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Address) });
    this.OPTION(() => {
      this.CONSUME(K.hops);
      this.CONSUME(t.Numeral);
    });
  });

  identityDeclaration: Rule = this.RULE("identityDeclaration", () => {
    this.CONSUME(K.identity);
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.identitySource));
    this.CONSUME(t.RightBrace);
  });

  identitySource: Rule = this.RULE("identitySource", () => {
    this.CONSUME(t.Word, { LABEL: "sort" });
    this.OPTION(() => {
      this.OR([{ ALT: () => this.CONSUME(t.Text) }, { ALT: () => this.CONSUME2(t.Word, { LABEL: "argument" }) }]);
    });
    this.SUBRULE(this.members);
    this.OPTION2(() => {
      this.CONSUME(K.on);
      this.SUBRULE(this.names);
    });
  });

  /** The loose vocabulary of identity sources: words, then a value or a block. */
  members: Rule = this.RULE("members", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => this.SUBRULE(this.member));
    this.CONSUME(t.RightBrace);
  });

  member: Rule = this.RULE("member", () => {
    this.OR([
      {
        // These two take a word as their value, which nothing else would tell from the next member's first word.
        ALT: () => {
          this.OR1([
            { ALT: () => this.CONSUME(K.dpop, { LABEL: "word" }) },
            { ALT: () => this.CONSUME(K.scheme, { LABEL: "word" }) },
          ]);
          this.CONSUME(t.Word, { LABEL: "word" });
        },
      },
      {
        // A claim: `tenant: string from "org.id"`. Like fields of a body, claims may be divided by commas.
        GATE: () => this.LA(2).tokenType === t.Colon,
        ALT: () => {
          this.CONSUME1(t.Word, { LABEL: "claim" });
          this.CONSUME(t.Colon);
          this.CONSUME2(t.Word, { LABEL: "type" });
          this.OPTION(() => {
            this.CONSUME(K.from);
            this.CONSUME(t.Text, { LABEL: "path" });
          });
          this.OPTION2(() => this.CONSUME(t.Comma));
        },
        IGNORE_AMBIGUITIES: true,
      },
      {
        ALT: () => {
          this.AT_LEAST_ONE(() => this.CONSUME3(t.Word, { LABEL: "word" }));
          this.OR2([{ ALT: () => this.SUBRULE(this.memberValue) }, { ALT: () => this.SUBRULE(this.members) }]);
        },
        IGNORE_AMBIGUITIES: true,
      },
    ]);
  });

  memberValue: Rule = this.RULE("memberValue", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Text) },
      { ALT: () => this.SUBRULE(this.number) },
      { ALT: () => this.SUBRULE(this.listLiteral) },
    ]);
  });

  clientsDeclaration: Rule = this.RULE("clientsDeclaration", () => {
    this.CONSUME(K.clients);
    this.CONSUME(K.from);
    this.CONSUME(t.Text);
  });

  listDeclaration: Rule = this.RULE("listDeclaration", () => {
    this.CONSUME(K.list);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Colon);
    this.CONSUME2(t.Word, { LABEL: "type" });
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Assign);
          this.SUBRULE(this.listLiteral, { LABEL: "items" });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.from);
          this.CONSUME(t.Text);
        },
      },
    ]);
  });

  routeDeclaration: Rule = this.RULE("routeDeclaration", () => {
    this.CONSUME(K.route);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Assign);
    this.AT_LEAST_ONE_SEP({ SEP: t.Pipe, DEF: () => this.CONSUME2(t.Word, { LABEL: "method" }) });
    this.CONSUME(t.Text);
    this.OPTION(() => {
      this.CONSUME(t.LeftBrace);
      this.MANY(() => this.SUBRULE(this.routeClause));
      this.CONSUME(t.RightBrace);
    });
  });

  routeClause: Rule = this.RULE("routeClause", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.scopes);
          this.SUBRULE(this.texts);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.min_evidence);
          this.CONSUME(t.Word, { LABEL: "evidence" });
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.body);
          this.OPTION(() => this.CONSUME(K.graphql));
          this.OPTION2(() => this.SUBRULE(this.bodyFields));
        },
      },
    ]);
  });

  bodyFields: Rule = this.RULE("bodyFields", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY(() => {
      this.SUBRULE(this.bodyField);
      this.OPTION(() => this.CONSUME(t.Comma));
    });
    this.CONSUME(t.RightBrace);
  });

  bodyField: Rule = this.RULE("bodyField", () => {
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Colon);
    this.CONSUME2(t.Word, { LABEL: "type" });
    this.OPTION(() => {
      this.CONSUME(K.from);
      this.OPTION2(() => {
        this.OR([
          { ALT: () => this.CONSUME(K.sum, { LABEL: "fold" }) },
          { ALT: () => this.CONSUME(K.max, { LABEL: "fold" }) },
          { ALT: () => this.CONSUME(K.count, { LABEL: "fold" }) },
        ]);
      });
      this.CONSUME(t.Text);
    });
  });

  groupDeclaration: Rule = this.RULE("groupDeclaration", () => {
    this.CONSUME(K.group);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Assign);
    this.SUBRULE(this.names);
  });

  factDeclaration: Rule = this.RULE("factDeclaration", () => {
    this.CONSUME(K.fact);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Colon);
    this.CONSUME2(t.Word, { LABEL: "type" });
    this.CONSUME(K.from);
    this.CONSUME(K.header);
    this.CONSUME(t.Text);
  });

  classDeclaration: Rule = this.RULE("classDeclaration", () => {
    this.CONSUME(K.class);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Assign);
    this.MANY(() => {
      this.SUBRULE(this.classCase);
      this.CONSUME(t.Comma);
    });
    this.CONSUME(K.else);
    this.CONSUME2(t.Word, { LABEL: "otherwise" });
  });

  classCase: Rule = this.RULE("classCase", () => {
    this.CONSUME(t.Word, { LABEL: "label" });
    this.CONSUME(K.when);
    this.SUBRULE(this.expression);
  });

  tableDeclaration: Rule = this.RULE("tableDeclaration", () => {
    this.CONSUME(K.table);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Colon);
    this.CONSUME2(t.Word, { LABEL: "from" });
    this.CONSUME(t.Arrow);
    this.CONSUME3(t.Word, { LABEL: "to" });
    this.CONSUME(t.Assign);
    this.CONSUME(t.LeftBrace);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.tableEntry) });
    this.CONSUME(t.RightBrace);
    this.CONSUME(K.else);
    this.SUBRULE(this.primary, { LABEL: "otherwise" });
  });

  tableEntry: Rule = this.RULE("tableEntry", () => {
    this.SUBRULE(this.primary, { LABEL: "key" });
    this.CONSUME(t.Colon);
    this.SUBRULE2(this.primary, { LABEL: "value" });
  });

  windowDeclaration: Rule = this.RULE("windowDeclaration", () => {
    this.CONSUME(K.window);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Assign);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(K.weekly);
          this.CONSUME2(t.Word, { LABEL: "fromDay" });
          this.SUBRULE(this.hours);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.daily);
          this.SUBRULE2(this.hours);
        },
      },
      {
        ALT: () => {
          this.CONSUME(K.from);
          this.CONSUME(t.Time, { LABEL: "start" });
          this.CONSUME(K.to);
          this.CONSUME2(t.Time, { LABEL: "end" });
        },
      },
    ]);
  });

  hours: Rule = this.RULE("hours", () => {
    this.CONSUME(t.TimeOfDay, { LABEL: "start" });
    this.CONSUME(K.to);
    this.OPTION(() => this.CONSUME(t.Word, { LABEL: "toDay" }));
    this.CONSUME2(t.TimeOfDay, { LABEL: "end" });
    this.CONSUME(t.Text, { LABEL: "zone" });
  });

  letDeclaration: Rule = this.RULE("letDeclaration", () => {
    this.CONSUME(K.let);
    this.CONSUME(t.Word, { LABEL: "name" });
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
  });
}
