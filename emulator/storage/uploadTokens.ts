import type { Clock } from '../clock';
import { PlatformFailure } from '../platformFailure';
import { TextSigner } from '../signedText';

/** STORE_FILE_AUTHORIZATION_VALIDITY of crates/local_backend/src/storage.rs. */
const VALIDITY_SECONDS = 60 * 60;
const MS_PER_SECOND = 1000;

interface TokenContent {
	issuedSeconds: number;
	/** Whose file will be uploaded. */
	componentPath: string;
}

/**
 * Tokens of upload URLs, as crates/keybroker/src/broker.rs issues and checks them: each is for one
 * component and lasts an hour, in which it may be used more than once.
 */
export class UploadTokens {
	private readonly signer = new TextSigner();

	constructor(private readonly clock: Clock) {}

	issue(componentPath: string): string {
		const content: TokenContent = { issuedSeconds: this.nowSeconds(), componentPath };
		return this.signer.sign(JSON.stringify(content));
	}

	/**
	 * @returns the path of the component that the token is for
	 * @throws PlatformFailure (401) for one that is not from here, or is an hour old
	 */
	check(token: string): string {
		const text = this.signer.open(token);
		if (text === undefined) {
			throw new PlatformFailure(
				401,
				'StorageTokenInvalid',
				"Couldn't decode the StoreFileAuthorization token",
			);
		}
		const { issuedSeconds, componentPath }: TokenContent = JSON.parse(text);
		if (issuedSeconds + VALIDITY_SECONDS <= this.nowSeconds()) {
			throw new PlatformFailure(401, 'StorageTokenExpired', 'Store File Authorization expired');
		}
		return componentPath;
	}

	private nowSeconds(): number {
		return Math.floor(this.clock.now() / MS_PER_SECOND);
	}
}
