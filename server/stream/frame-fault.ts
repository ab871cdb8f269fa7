/** Why a frame cannot be read. It ends its socket, so that making it may cost something. */
export class FrameFault extends Error {}
