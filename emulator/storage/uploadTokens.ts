import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock';
import { PlatformFailure } from '../platformFailure';

/** STORE_FILE_AUTHORIZATION_VALIDITY of crates/local_backend/src/storage.rs. */
const VALIDITY_SECONDS = 60 * 60;
const MS_PER_SECOND = 1000;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 32;

/**
 * Tokens of upload URLs, as crates/keybroker/src/broker.rs issues and checks them: each is for one
 * component and lasts an hour, in which it may be used more than once.
 */
export class UploadTokens {
	/** Another deployment's tokens mean nothing here. */
	private readonly key = randomBytes(KEY_BYTES);

	constructor(private readonly clock: Clock) {}

	/** @param componentPath - whose file will be uploaded */
	issue(componentPath: string): string {
		const issuedSeconds = this.nowSeconds();
		const content = Buffer.from(JSON.stringify({ issuedSeconds, componentPath }));
		return Buffer.concat([this.sign(content), content]).toString('hex');
	}

	/**
	 * @returns the path of the component that the token is for
	 * @throws PlatformFailure (401) for one that is not from here, or is an hour old
	 */
	check(token: string): string {
		const bytes = Buffer.from(token, 'hex');
		const content = bytes.subarray(SIGNATURE_BYTES);
		const signature = bytes.subarray(0, SIGNATURE_BYTES);
		const isWhole = bytes.toString('hex') === token && signature.length === SIGNATURE_BYTES;
		if (!isWhole || !timingSafeEqual(signature, this.sign(content))) {
			throw new PlatformFailure(
				401,
				'StorageTokenInvalid',
				"Couldn't decode the StoreFileAuthorization token",
			);
		}
		const { issuedSeconds, componentPath }: TokenContent = JSON.parse(content.toString());
		if (issuedSeconds + VALIDITY_SECONDS <= this.nowSeconds()) {
			throw new PlatformFailure(401, 'StorageTokenExpired', 'Store File Authorization expired');
		}
		return componentPath;
	}

	private sign(content: Buffer): Buffer {
		return createHmac('sha256', this.key).update(content).digest();
	}

	private nowSeconds(): number {
		return Math.floor(this.clock.now() / MS_PER_SECOND);
	}
}

interface TokenContent {
	issuedSeconds: number;
	componentPath: string;
}
