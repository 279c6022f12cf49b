module.exports = require('./temporaryFolder').tearDown;
