// No default exports.
export default 1
