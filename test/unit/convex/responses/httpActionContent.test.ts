import {
	asWindows1252,
	decodeText,
} from '../../../../nodes/Convex/convex/responses/httpActionContent';

it('bytes of windows-1252 are its characters, also where Node.js takes them for control characters', () => {
	const ofOlderNode = 'A\u0080\u0092\u0096\u009f\u0081é';
	expect(asWindows1252(ofOlderNode)).toBe('A€’–Ÿ\u0081é');
	expect(asWindows1252('A€’é')).toBe('A€’é');
	const bytes = Uint8Array.of(0x41, 0x80, 0x92, 0xe9);
	expect(decodeText(bytes, 'text/csv; charset=iso-8859-1').text).toBe('A€’é');
});
