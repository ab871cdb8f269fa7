/** The control mapping of an audit: every framework, in the order in which it is shown. */
import type { Audit } from "../audit.ts";
import { type ControlReport, type Framework, reportFramework } from "./control.ts";
import { NIST_CSF } from "./nist-csf.ts";
import { OWASP_API } from "./owasp-api.ts";
import { OWASP_NHI } from "./owasp-nhi.ts";
import { SP_800_207 } from "./sp-800-207.ts";
import { SP_800_228 } from "./sp-800-228.ts";

export const FRAMEWORKS: readonly Framework[] = [OWASP_NHI, OWASP_API, NIST_CSF, SP_800_207, SP_800_228];

/** What is implemented of each control; empty where the policy has errors. */
export function mapControls(audit: Audit): readonly ControlReport[] {
  return FRAMEWORKS.flatMap((framework) => reportFramework(framework, audit));
}
