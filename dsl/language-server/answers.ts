/** How requests about documents are answered: from the document, or from the policy that it belongs to, where they can be. */
import type { Position, ResponseError } from "vscode-languageserver";
import type { Analysis } from "./analysis.ts";
import type { OpenDocument, Workspace } from "./workspace.ts";
import { type Lifetime, type Needed, wrongParams } from "./wrong-params.ts";

interface Asked {
  readonly textDocument: { readonly uri: string };
}

/** A handler of one request of the protocol. */
type Handler<P, R> = (params: P) => R | ResponseError;

/** Makes handlers of providers. `none` is the answer where the document is not open, or belongs to no policy that is known. */
export class Answers {
  readonly #workspace: Workspace;
  readonly #lifetime: Lifetime;

  constructor(workspace: Workspace, lifetime: Lifetime) {
    this.#workspace = workspace;
    this.#lifetime = lifetime;
  }

  /**
   * Answers from a document alone.
   *
   * @param needed - Members of the request that `provide` reads.
   */
  ofDocument<P extends Asked, R>(
    none: R,
    provide: (document: OpenDocument, params: P) => R,
    needed: readonly Needed[] = [],
  ): Handler<P, R> {
    return (params) => {
      const refusal = this.#lifetime.refusal ?? wrongParams(params, needed);
      if (refusal !== null) return refusal;
      const document = this.#workspace.document(params.textDocument.uri);
      return document === undefined ? none : provide(document, params);
    };
  }

  /** Answers from a document and the policy that it belongs to. */
  ofPolicy<P extends Asked, R>(
    none: R,
    provide: (document: OpenDocument, analysis: Analysis, params: P) => R,
    needed: readonly Needed[] = [],
  ): Handler<P, R> {
    const fromPolicy = (document: OpenDocument, params: P): R => {
      const analysis = this.#workspace.analysisOf(document.path);
      return analysis === undefined ? none : provide(document, analysis, params);
    };
    return this.ofDocument(none, fromPolicy, needed);
  }

  /** Answers about a place of a document, as {@link Answers.ofPolicy} does. */
  at<R>(
    none: R,
    provide: (document: OpenDocument, analysis: Analysis, position: Position) => R,
  ): Handler<Asked & { readonly position: Position }, R> {
    return this.ofPolicy(none, (document, analysis, { position }) => provide(document, analysis, position), [
      "position",
    ]);
  }
}
