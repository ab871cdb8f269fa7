/** Has types stripped from sources by `hooks.mjs`, in the thread that Node keeps for such hooks. */
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);
