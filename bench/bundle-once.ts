/** A process that reads a policy's bundle, once, and has no parser: `node bench/bundle-once.ts FILE`. It prints milliseconds. */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { decodeBundle } from "../engine/index.ts";

const began = performance.now();
const read = decodeBundle(readFileSync(process.argv[2] ?? ""), (bytes) => hash("sha256", bytes, "buffer"));
const millis = performance.now() - began;
if (!read.ok) throw new Error(`the bundle ${read.message}`);
process.stdout.write(String(millis));
