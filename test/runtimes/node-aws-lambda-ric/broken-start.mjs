throw new TypeError('no configuration: naïve');
