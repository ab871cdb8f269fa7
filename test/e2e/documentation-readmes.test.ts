/** Runs what the READMEs of the project and of the examples show. */
import { exampleReadmes, testDocuments } from "./documents.ts";

testDocuments(["README.md", ...exampleReadmes()]);
