/** Runs what docs/ and docs/attacks/ show. */
import { documentsIn, testDocuments } from "./documents.ts";

testDocuments([...documentsIn("docs"), ...documentsIn("docs/attacks")]);
