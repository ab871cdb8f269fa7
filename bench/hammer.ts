/** Asks a server one and the same thing over many connections at once, as fast as each is answered, and notes when it said yes. */
import { connect, type Socket } from "node:net";
import type { Answered } from "./limit-parties.ts";

/** What came of it. */
export interface Hammered {
  readonly asked: number;
  /** When each yes came, in milliseconds since the first question, in order. */
  readonly admittedAt: readonly number[];
}

/**
 * @param question - A whole request of HTTP/1.1.
 * @param millis - How long it goes on.
 * @throws If a connection breaks, or an answer comes without a length.
 */
export async function hammer(
  port: number,
  question: string,
  admits: (answered: Answered) => boolean,
  connections: number,
  millis: number,
): Promise<Hammered> {
  const sockets = await Promise.all(Array.from({ length: connections }, async () => open(port)));
  const began = performance.now();
  const admittedAt: number[] = [];
  let asked = 0;
  const askUntilOver = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      const ask = (): void => {
        asked++;
        socket.write(question);
      };
      const answers = new AnswerReader((answered) => {
        const at = performance.now() - began;
        if (admits(answered)) admittedAt.push(at);
        if (at < millis) ask();
        else resolve();
      });
      socket.on("data", (bytes: Buffer) => answers.read(bytes));
      socket.on("error", reject);
      socket.on("close", () => reject(new Error("the server closed a connection")));
      ask();
    });
  await Promise.all(sockets.map(askUntilOver));
  for (const socket of sockets) socket.removeAllListeners("close").destroy();
  return { asked, admittedAt };
}

/** Asks one thing after the other. @returns Whether each was admitted. */
export async function askInTurn(
  port: number,
  questions: readonly string[],
  admits: (answered: Answered) => boolean,
): Promise<readonly boolean[]> {
  const socket = await open(port);
  const admitted: boolean[] = [];
  await new Promise<void>((resolve, reject) => {
    const answers = new AnswerReader((answered) => {
      admitted.push(admits(answered));
      if (admitted.length < questions.length) socket.write(questions[admitted.length] ?? "");
      else resolve();
    });
    socket.on("data", (bytes: Buffer) => answers.read(bytes));
    socket.on("close", () => reject(new Error("the server closed the connection")));
    socket.write(questions[0] ?? "");
  });
  socket.removeAllListeners("close").destroy();
  return admitted;
}

/** The most that were admitted within any span of so many milliseconds. */
export function mostWithin(admittedAt: readonly number[], millis: number): number {
  let most = 0;
  let first = 0;
  for (const [index, at] of admittedAt.entries()) {
    while (at - (admittedAt[first] ?? at) >= millis) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket.off("error", reject)));
  });
}

const HEAD_END = "\r\n\r\n";

/** Finds the answers in what comes. */
class AnswerReader {
  readonly #onAnswer: (answered: Answered) => void;
  #text = "";

  constructor(onAnswer: (answered: Answered) => void) {
    this.#onAnswer = onAnswer;
  }

  read(bytes: Buffer): void {
    this.#text += bytes.toString("latin1");
    const head = this.#text.indexOf(HEAD_END);
    if (head < 0) return;
    const length = bodyLength(this.#text.slice(0, head + 2));
    const end = head + HEAD_END.length + length;
    if (this.#text.length < end) return;
    const status = Number(this.#text.slice(9, 12));
    const body = this.#text.slice(head + HEAD_END.length, end);
    this.#text = this.#text.slice(end);
    this.#onAnswer({ status, body });
  }
}

function bodyLength(head: string): number {
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer says nothing of its length:\n${head}`);
  return Number(length);
}
