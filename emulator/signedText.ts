import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 32;

/**
 * Makes tokens that clients hand back: what is in them can be neither changed nor made elsewhere. The
 * backend encrypts its own (crates/keybroker), which keeps their content from nobody here.
 */
export class TextSigner {
	private readonly key = randomBytes(KEY_BYTES);

	/** @returns hexadecimal digits */
	sign(text: string): string {
		const content = Buffer.from(text);
		return Buffer.concat([this.signatureOf(content), content]).toString('hex');
	}

	/** @returns the text, or undefined for a token that this did not sign */
	open(token: string): string | undefined {
		const bytes = Buffer.from(token, 'hex');
		if (bytes.length < SIGNATURE_BYTES || bytes.toString('hex') !== token) return undefined;
		const content = bytes.subarray(SIGNATURE_BYTES);
		const isOwn = timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), this.signatureOf(content));
		return isOwn ? content.toString() : undefined;
	}

	private signatureOf(content: Buffer): Buffer {
		return createHmac('sha256', this.key).update(content).digest();
	}
}
