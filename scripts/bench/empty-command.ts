// The yardstick for the command line: a script that only starts.
console.log('nothing to do');
