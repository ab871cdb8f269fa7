/**
 * Names of the threats that models of attacks stand for: OWASP Automated Threats to Web Applications 1.2, API Security Top 10 of 2023,
 * Non-Human Identities Top 10 of 2025.
 */
const THREATS: Readonly<Record<string, string>> = {
  "OAT-001": "Carding",
  "OAT-002": "Token Cracking",
  "OAT-003": "Ad Fraud",
  "OAT-004": "Fingerprinting",
  "OAT-005": "Scalping",
  "OAT-006": "Expediting",
  "OAT-007": "Credential Cracking",
  "OAT-008": "Credential Stuffing",
  "OAT-009": "CAPTCHA Defeat",
  "OAT-010": "Card Cracking",
  "OAT-011": "Scraping",
  "OAT-012": "Cashing Out",
  "OAT-013": "Sniping",
  "OAT-014": "Vulnerability Scanning",
  "OAT-015": "Denial of Service",
  "OAT-016": "Skewing",
  "OAT-017": "Spamming",
  "OAT-018": "Footprinting",
  "OAT-019": "Account Creation",
  "OAT-020": "Account Aggregation",
  "OAT-021": "Denial of Inventory",
  API1: "Broken Object Level Authorization",
  API2: "Broken Authentication",
  API3: "Broken Object Property Level Authorization",
  API4: "Unrestricted Resource Consumption",
  API5: "Broken Function Level Authorization",
  API6: "Unrestricted Access to Sensitive Business Flows",
  API7: "Server Side Request Forgery",
  API8: "Security Misconfiguration",
  API9: "Improper Inventory Management",
  API10: "Unsafe Consumption of APIs",
  NHI1: "Improper Offboarding",
  NHI2: "Secret Leakage",
  NHI3: "Vulnerable Third-Party NHI",
  NHI4: "Insecure Authentication",
  NHI5: "Overprivileged NHI",
  NHI6: "Insecure Cloud Deployment Configurations",
  NHI7: "Long-Lived Secrets",
  NHI8: "Environment Isolation",
  NHI9: "NHI Reuse",
  NHI10: "Human Use of NHI",
};

/** The name of a threat, such as `OAT-008` or `API2:2023`; null where it is of another catalogue. */
export function threatName(id: string): string | null {
  return THREATS[id.split(":")[0] ?? id] ?? null;
}
