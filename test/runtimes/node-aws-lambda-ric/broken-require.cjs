require('a-package-that-is-not-there');

exports.handler = async (event) => event;
