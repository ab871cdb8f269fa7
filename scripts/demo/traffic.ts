/**
 * Live demonstration traffic: partners at a steady pace with their demonstration keys, and a campaign of credential stuffing that
 * comes in waves from many networks. Callers state where they sit by `X-Forwarded-For`, which the example policy believes of this machine.
 */
import { setTimeout as wait } from "node:timers/promises";

/** A partner of `examples/orders`, with an address in its own network. */
interface Partner {
  readonly id: string;
  readonly ip: string;
}

const PARTNERS: readonly Partner[] = [
  { id: "acme_sync", ip: "203.0.113.9" },
  { id: "globex_orders", ip: "203.0.113.70" },
  { id: "initech_portal", ip: "203.0.113.140" },
  { id: "umbrella_shop", ip: "203.0.113.200" },
  { id: "hooli_market", ip: "192.0.2.10" },
];

/** Milliseconds between a partner's calls; the five take turns. */
const PARTNER_EVERY_MS = 2_500;
/** The first wave begins when the partners have been seen; the others, when the lines can have been read. */
const FIRST_WAVE_MS = 2_000;
const WAVES_APART_MS = 30_000;
const WAVE_TRIES = 40;
const TRY_EVERY_MS = 150;
/** Networks that a wave comes from. A wave has its own: those of the one before are banned. */
const WAVE_NETWORKS = 24;

/** The key of a client of `examples/orders`, as its README states it. */
export function demoKey(client: string): string {
  return `demo-${client.replaceAll("_", "-")}`;
}

/** Sends until `signal` aborts; resolves when everything is answered or given up. */
export async function driveTraffic(url: string, signal: AbortSignal): Promise<void> {
  const partners = PARTNERS.map((partner, i) =>
    runPartner(url, partner, (i * PARTNER_EVERY_MS) / PARTNERS.length, signal),
  );
  await Promise.all([...partners, runCampaign(url, signal)]);
}

async function runPartner(url: string, { id, ip }: Partner, startMs: number, signal: AbortSignal): Promise<void> {
  const headers = { "x-api-key": demoKey(id), "x-forwarded-for": ip, "user-agent": `${id}/1.0` };
  let pause = startMs;
  for (let n = 0; await rest(pause, signal); n++) {
    const path = n % 3 === 2 ? "/v1/orders" : `/v1/orders/${10_001 + n}`;
    await call(`${url}${path}`, { headers }, signal);
    pause = PARTNER_EVERY_MS;
  }
}

async function runCampaign(url: string, signal: AbortSignal): Promise<void> {
  let pause = FIRST_WAVE_MS;
  for (let wave = 0; await rest(pause, signal); wave++) {
    for (let n = 0; n < WAVE_TRIES && (await rest(TRY_EVERY_MS, signal)); n++) {
      await call(`${url}/v1/login`, signIn(wave, n), signal);
    }
    pause = WAVES_APART_MS;
  }
}

/** One try of a stolen pair. */
function signIn(wave: number, n: number): RequestInit {
  const network = (wave * WAVE_NETWORKS + (n % WAVE_NETWORKS)) % (2 * 256);
  const headers = {
    "content-type": "application/json",
    "user-agent": "python-requests/2.32",
    "x-forwarded-for": `198.${18 + (network >> 8)}.${network & 255}.${20 + (n % 50)}`,
  };
  const body = JSON.stringify({ username: `user-${wave * WAVE_TRIES + n}`, password: "stolen" });
  return { method: "POST", headers, body };
}

/** Sends one request and reads its answer to the end. What fails, fails because the demonstration is ending. */
async function call(url: string, request: RequestInit, signal: AbortSignal): Promise<void> {
  try {
    const response = await fetch(url, { ...request, signal });
    await response.arrayBuffer();
  } catch (problem) {
    if (!signal.aborted) throw problem;
  }
}

/** Waits; false when it is time to end. */
async function rest(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wait(ms, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}
