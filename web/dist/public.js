// node_modules/preact/dist/preact.mjs
var e, t, n, r, i, a, o, s, c, l, u, d = Symbol.for("pv"), f = {}, p = [], m = /^m(i|n|o|s|text|space)$/, h = Array.isArray, g = p.slice, _ = Object.assign;
function v(e) {
	e && e.parentNode && e.remove();
}
function y(e, t, n) {
	var r, i, a, o = {}, s = arguments.length;
	for (a in t) a == "key" ? r = t[a] : a == "ref" && typeof e != "function" ? i = t[a] : o[a] = t[a];
	return s > 2 && (o.children = s > 3 ? g.call(arguments, 2) : n), b(e, o, r, i, null);
}
function b(n, r, i, a, o) {
	var s = {
		type: n,
		props: r,
		key: i,
		ref: a,
		__k: null,
		__: null,
		__b: 0,
		__e: null,
		__c: null,
		constructor: d,
		__v: o || ++t,
		__i: -1,
		__u: 0
	};
	return !o && e.vnode && e.vnode(s), s;
}
function x(e) {
	return e.children;
}
function S(e, t) {
	this.props = e, this.context = t, this.__g = 0;
}
function C(e, t) {
	if (t == null) return e.__ && C(e.__, e.__i + 1);
	for (var n; t < e.__k.length; t++) if ((n = e.__k[t]) && n.__e) return n.__e;
	return typeof e.type != "function" || e.props.__P ? null : C(e);
}
function w(t) {
	var n, r = t.__v, i = r.__e, a = [], o = [], s = t.__P;
	s && ((n = _({ constructor: d }, r)).__v = r.__v + 1, e.vnode && e.vnode(n), te(s, n, r, t.__n, s.namespaceURI, 32 & r.__u ? [i] : null, a, i || C(r), 32 & r.__u, o), n.__v = r.__v, n.__.__k[n.__i] = n, P(a, n, o), r.__ = r.__e = null, n.__e != i && T(n));
}
function T(e) {
	if ((e = e.__) && e.__c && !e.props.__P) return e.__e = null, e.__k.some(function(t) {
		return t && (e.__e = t.__e);
	}), T(e);
}
function E(t) {
	(8 & t.__g || (t.__g |= 8, r.push(t), a++)) && i == e.debounceRendering || ((i = e.debounceRendering) || queueMicrotask)(D);
}
function D() {
	try {
		for (var e, t = 1; r.length;) r.length > t && r.sort(o), e = r.shift(), t = r.length, 8 & e.__g && w(e);
	} finally {
		(a = r.length) && (i || queueMicrotask)(D);
	}
}
function ee(e, t, n, r, i, a, o, s, c, l, u) {
	var d, m, h, g, _, v, y = r.__k || p, b = t.length;
	for (c = O(n, t, y, c, b), d = 0; d < b; d++) (h = n.__k[d]) != null && (m = ~h.__i && y[h.__i] || f, h.__i = d, v = te(e, h, m, i, a, o, s, c, l, u), g = h.__e, (m.ref != h.ref || 8 & m.__u) && (m.ref && F(m.ref, null, h, m), h.ref && u.push(h.ref, h.__c || g, h)), _ ||= g, 4 & h.__u ? (c = k(h, c, e, !m.__v), m.__e && (m.__e = null)) : typeof h.type == "function" && v !== void 0 ? c = v : g && (c = g.nextSibling), h.__u &= -21);
	return n.__e = _, c;
}
function O(e, t, n, r, i) {
	var a, o, s, c, l, u, f, p, m, g = n.length, _ = g, v = 0, y = 0, S = e.__k = Array(i);
	for (a = 0; a < i; a++) (o = t[a]) != null && typeof o != "boolean" && typeof o != "function" ? (typeof o != "object" || o.constructor === String ? o = S[a] = b(null, o) : h(o) ? o = S[a] = b(x, { children: o }) : o.constructor === d && o.__b ? o = S[a] = b(o.type, o.props, o.key, o.ref, o.__v) : S[a] = o, c = a + v, o.__ = e, o.__b = e.__b + 1, s = null, ~(l = o.__i = A(o, n, c, _)) && (_--, (s = n[l]) && (s.__u |= 2)), s && s.__v ? (o.__u |= 16, l == c - 1 ? v-- : l == c + 1 ? v++ : l != c && (l > c ? v-- : v++, y = 1)) : (~l || (i > g ? v-- : i < g && v++), typeof o.type != "function" && (o.__u |= 4))) : S[a] = null;
	if (y) {
		for (u = [], f = [], a = 0; a < i; a++) if ((o = S[a]) && 16 & o.__u) {
			for (v = 0, p = u.length; v < p;) u[m = v + p >> 1] < o.__i ? v = m + 1 : p = m;
			u[v] = o.__i, f[a] = v + 1;
		}
		for (v = u.length; a--;) f[a] && (f[a] == v ? v-- : S[a].__u |= 4);
	}
	if (_) for (a = 0; a < g; a++) !(s = n[a]) || 2 & s.__u || (s.__e == r && (r = C(s)), ae(s, s));
	return r;
}
function k(e, t, n, r) {
	var i, a, o, s;
	if (typeof e.type == "function") {
		if (e.props.__P) return t;
		if (i = e.__k) for (a = 0; a < i.length; a++) i[a] && (i[a].__ = e, t = k(i[a], t, n, !1));
		return t;
	}
	for (t && !t.parentNode && (t = C(e)) && !t.parentNode && (t = null), o = e.__e, s = t; s && s.nodeType == 8;) s = s.nextSibling;
	for (o != s && (!r && n.moveBefore && o.parentNode ? n.moveBefore(o, t) : n.insertBefore(o, t || null)), t = o; (t &&= t.nextSibling) && t.nodeType == 8 && !t.data.startsWith("$s"););
	return t;
}
function A(e, t, n, r) {
	var i, a = e.key, o = e.type, s = t[n], c = s && !(2 & s.__u);
	if (s === null && a == null || c && a == s.key && o == s.type) return n;
	if (r > +!!c) {
		for (i = n - 1; i >= 0; i--) if ((s = t[i]) && !(2 & s.__u) && a == s.key && o == s.type) return i;
		for (i = n + 1; i < t.length; i++) if ((s = t[i]) && !(2 & s.__u) && a == s.key && o == s.type) return i;
	}
	return -1;
}
function j(e, t, n) {
	n ??= "", t[0] == "-" ? e.setProperty(t, n) : e[t] = n;
}
function M(e, t, n, r, i) {
	var a, o;
	if (t == "style") {
		if (typeof n == "string") e.style.cssText = n;
		else {
			if (typeof r == "string" && (e.style.cssText = r = ""), r) for (t in r) n && t in n || j(e.style, t);
			if (n) for (t in n) r && n[t] == r[t] || j(e.style, t, n[t]);
		}
	} else if (t[0] == "o" && t[1] == "n") typeof n != "function" && (n = null), typeof r != "function" && (r = null), (e.__e ||= {})[t] = n, n && r || (o = u[t] || (u[t] = N(t)), (e.__a ||= {})[t] = l, a = t != (t = t.replace(c, "$1")), (t = t.slice(2))[0] < "a" && (t = t.toLowerCase()), n ? e.addEventListener(t, o, a) : e.removeEventListener(t, o, a));
	else {
		if (i == "http://www.w3.org/2000/svg") t = t.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
		else if (t != "width" && t != "height" && t != "href" && t != "list" && t != "form" && t != "tabIndex" && t != "download" && t != "rowSpan" && t != "colSpan" && t != "role" && t != "popover" && t in e) try {
			e[t] = n ?? "";
			return;
		} catch {}
		if (typeof n == "function") return;
		n == null || !1 === n && t[4] != "-" ? e.removeAttribute(t) : e.setAttribute(t, t == "popover" && n == 1 ? "" : n);
	}
}
function N(t) {
	return function(n) {
		var r = this.__e;
		if (r) {
			if (r = r[t], n[s] == null) n[s] = l++;
			else if (n[s] < this.__a[t]) return;
			return r(e.event ? e.event(n) : n);
		}
	};
}
function te(t, n, r, i, a, o, s, c, l, u) {
	var f, m, g, y, b, w, T, E, D, O, k, A, j, M, N, te, P, F, I = n.type;
	if (n.constructor !== d) return null;
	128 & r.__u && (l = 32 & r.__u, f = r.__c.__z) && (n.__u |= l, m = o = [], f.nodeType == 8 ? c = ne(f, o) : o.push(f), c = o[0] || c), (f = e.__b) && f(n);
	n: if (typeof I == "function") {
		g = s.length;
		try {
			if (E = n.props, D = (f = I.prototype) && f.render, O = (f = I.contextType) && i[f.__c], k = f ? O ? O.props.value : f.__ : i, (y = r.__c) ? (n.__c = y, 2 & y.__g && (y.__g |= 1)) : (D ? n.__c = y = new I(E, k) : (n.__c = y = new S(E, k), y.constructor = I, y.render = oe), O && O.sub(y), y.state || (y.state = {}), y.__n = i, y.__g |= 8, y.__h = [], y.__k = []), D && (y.__s || (y.__s = y.state), I.getDerivedStateFromProps && (y.__s == y.state && (y.__s = _({}, y.__s)), _(y.__s, I.getDerivedStateFromProps(E, y.__s)))), b = y.props, w = y.state, y.__v = n, r.__c) {
				if (E !== b && D && !I.getDerivedStateFromProps && y.componentWillReceiveProps && y.componentWillReceiveProps(E, k), n.__v == r.__v && !(8 & y.__g) || !(4 & y.__g) && y.shouldComponentUpdate && !1 === y.shouldComponentUpdate(E, y.__s, k)) {
					n.__v != r.__v && (y.props = E, y.state = y.__s, y.__g &= -9), n.__e = r.__e, n.__k = r.__k, n.__k.some(function(e) {
						e && (e.__ = n);
					}), p.push.apply(y.__h, y.__k), y.__k = [], y.__h.length && s.push(y), c = C(r);
					break n;
				}
				y.componentWillUpdate && y.componentWillUpdate(E, y.__s, k), D && y.componentDidUpdate && y.__h.push(function() {
					y.componentDidUpdate(b, w, T);
				});
			} else D && !I.getDerivedStateFromProps && y.componentWillMount && y.componentWillMount(), D && y.componentDidMount && y.__h.push(y.componentDidMount);
			y.context = k, y.props = E, y.__P = t, y.__g &= -5, A = e.__r, j = D ? 25 : 0;
			do
				y.__g &= -9, A && A(n), f = y.render(y.props, y.state = y.__s, y.context);
			while (8 & y.__g && ++j < 25);
			D && (p.push.apply(y.__h, y.__k), y.__k = []), y.state = y.__s, y.getChildContext && (i = _({}, i, y.getChildContext())), D && r.__c && y.getSnapshotBeforeUpdate && (T = y.getSnapshotBeforeUpdate(b, w)), M = f && f.type === x && f.key == null ? f.props.children : f, E.__P && (f = c, a = (t = E.__P).namespaceURI, l = o = null, r.props && r.props.__P != t && (r.__k.some(function(e) {
				e && ae(e, e);
			}), r.__k = null), c = r.__k ? C(r, 0) : null), c = ee(t, h(M) ? M : [M], n, r, i, a, o, s, c, l, u), E.__P && (n.__e = null, c = f), n.__u &= -161, m && m.some(v), y.__h.length && s.push(y), 1 & y.__g && (y.__g &= -4);
		} catch (t) {
			if (s.length = g, n.__v = null, l || o) {
				if (t && t.then) {
					if (n.__u |= 128 | l, o) {
						for (~(P = o.indexOf(c || void 0)) || (P = o.length); (F = o[P - 1]) && F.nodeType == 8;) P--;
						for (; P < o.length; P++) if (F = o[P]) {
							if (o[P] = null, N) {
								if (F == te) break;
							} else {
								if (F.nodeType != 8) break;
								F.data.startsWith("$s") && (te = ne(N = F));
							}
						}
					}
					if (!N) {
						for (; c && c.nodeType == 8 && c.nextSibling;) c = c.nextSibling;
						N = c;
					}
					(f = ne(N = n.__c.__z || (n.__c.__z = N))) ? (n.__e = N, c = f) : n.__e = c, c &&= c.nextSibling;
				} else o && o.some(v);
			} else n.__e = r.__e;
			n.__k ||= r.__k || [], t && t.then || re(n), e.__e(t, n, r);
		}
	} else c = n.__e = ie(r.__e, n, r, i, a, o, s, l, u, t);
	return (f = e.diffed) && f(n), c;
}
function ne(e, t) {
	if (e && e.nodeType == 8 && e.data.startsWith("$s")) for (var n = 1; e = e.nextSibling;) {
		if (e.nodeType == 8) {
			if (e.data.startsWith("$s")) n++;
			else if (e.data.startsWith("/$s") && !--n) return e;
		}
		t && t.push(e);
	}
}
function re(e) {
	e && (e.__c && (e.__c.__g |= 4), e.__k && e.__k.some(re));
}
function P(t, n, r) {
	for (var i = 0; i < r.length;) F(r[i++], r[i++], r[i++]);
	e.__c && e.__c(n, t), t.some(function(n) {
		try {
			t = n.__h, n.__h = [], t.some(function(e) {
				e.call(n);
			});
		} catch (t) {
			e.__e(t, n.__v);
		}
	});
}
function ie(t, n, r, i, a, o, s, c, l, u) {
	var d, p, _, y, b, x, S, w, T = r.props || f, E = n.props, D = n.type;
	if (D == "svg" ? a = "http://www.w3.org/2000/svg" : D == "math" ? a = "http://www.w3.org/1998/Math/MathML" : a ||= "http://www.w3.org/1999/xhtml", o) {
		for (d = 0; d < o.length; d++) if ((b = o[d]) && (D ? b.localName == D : b.nodeType == 3)) {
			t = b, o[d] = null;
			break;
		}
	}
	if (!t) {
		if (w = u.ownerDocument || document, !D) return w.createTextNode(E);
		t = w.createElementNS(a, D, E.is ? E : u), c &&= (e.__m && e.__m(n, o), !1), o = null;
	}
	if (D) {
		if (u = D == "template" && t.content || t, o = D == "textarea" && E.defaultValue != null ? null : o && g.call(u.childNodes), !c && o) for (T = {}, d = 0; d < t.attributes.length; d++) T[(b = t.attributes[d]).name] = b.value;
		for (d in T) b = T[d], d == "dangerouslySetInnerHTML" ? _ = b : d == "children" || d in E || d == "value" && "defaultValue" in E || d == "checked" && "defaultChecked" in E || M(t, d, null, b, a);
		for (d in E) b = E[d], d == "children" ? y = b : d == "dangerouslySetInnerHTML" ? p = b : d == "value" ? x = b : d == "checked" ? S = b : c && typeof b != "function" || T[d] === b || M(t, d, b, T[d], a);
		p ? (c || _ && (p.__html == _.__html || p.__html == t.innerHTML) || (t.innerHTML = p.__html), n.__k = []) : (_ && (t.textContent = ""), (D == "foreignObject" || a == "http://www.w3.org/1998/Math/MathML" && m.test(D)) && (a = "http://www.w3.org/1999/xhtml"), ee(u, h(y) ? y : [y], n, r, i, a, o, s, o ? o[0] : r.__k && C(r, 0), c, l), o && o.some(v)), c && D != "textarea" || (d = "value", D == "progress" && x == null ? t.removeAttribute(d) : x == null || x === t[d] && (D != "progress" || x) || M(t, d, x, T[d], a), d = "checked", S != null && S != t[d] && M(t, d, S, T[d], a));
	} else T === E || c && t.data == E || (t.data = E);
	return t;
}
function F(t, n, r, i) {
	try {
		typeof t == "function" ? n ? n.__x = t(n) || 1 : (i &&= i.__c || i.__e) && (n = i.__x) && (i.__x = null, typeof n == "function" ? n() : t(null)) : t.current = n;
	} catch (t) {
		e.__e(t, r);
	}
}
function ae(t, n, r) {
	var i, a, o, s;
	if (e.unmount && e.unmount(t), !(i = t.ref) || i.current && i.current != t.__e || F(i, null, n, t), i = t.__c) {
		if (i.componentWillUnmount) try {
			i.componentWillUnmount();
		} catch (t) {
			e.__e(t, n);
		}
		i.__P = i.__n = null;
	}
	if (i = t.__k) for (s = 0; s < i.length; s++) i[s] && ae(i[s], n, typeof t.type != "function" || r && !t.props.__P);
	!r && (i = t.__c) && (i = i.__z) && (a = ne(i, o = [])) && (i == t.__e && o.some(v), v(a), v(i)), r || v(t.__e), t.__e = t.__c = t.__ = null;
}
function oe(e, t, n) {
	return this.constructor(e, n);
}
function I(t, n) {
	var r, i, a, o;
	e.__ && e.__(t, n), n.nodeType == 9 && (n = n.documentElement), i = (r = t && 32 & t.__u) ? null : n.__k, n.__k = b(x, { children: [t] }), a = [], o = [], te(n, n.__k, i || f, f, n.namespaceURI, i ? null : n.firstChild ? g.call(n.childNodes) : null, a, i ? i.__e : n.firstChild, r, o), P(a, n.__k, o), n.__k.props.children = null;
}
e = { __e: function(e, t, n, r) {
	for (var i, o, s; t = t.__;) if ((i = t.__c) && !(1 & i.__g)) {
		i.__g |= 4;
		try {
			if ((s = (o = i.constructor) && o.getDerivedStateFromError) && i.setState(o.getDerivedStateFromError(e)), i.componentDidCatch && (i.componentDidCatch(e, r || {}), s = 1), s && 8 & i.__g) return void (i.__g |= 2);
		} catch (t) {
			e = t;
		}
	}
	throw a = 0, e;
} }, t = 0, n = function(e) {
	return e != null && e.constructor === d;
}, S.prototype.setState = function(e, t) {
	var n = this.__s;
	n && n != this.state || (n = this.__s = _({}, this.state)), typeof e == "function" && (e = e(_({}, n), this.props)), e && (_(n, e), this.__v && (t && this.__k.push(t), E(this)));
}, S.prototype.forceUpdate = function(e) {
	this.__v && (this.__g |= 4, e && this.__h.push(e), E(this));
}, S.prototype.render = x, r = [], a = 0, o = function(e, t) {
	return e.__v.__b - t.__v.__b;
}, s = Symbol(), c = /(PointerCapture)$|Capture$/i, l = 0, u = {};
// node_modules/preact/hooks/dist/hooks.mjs
var se, L, ce, le, ue = Object.is, de = 0, fe = [], pe = [], R = e, me = R.__b, he = R.__r, ge = R.diffed, _e = R.__c, ve = R.unmount, ye = R.__;
function be(e, t) {
	R.__h && R.__h(L, e, de || t), de = 0;
	var n = L.__H || (L.__H = {
		__: [],
		__h: []
	});
	return e >= n.__.length && n.__.push({}), n.__[e];
}
function z(e) {
	return de = 1, xe(Ae, e);
}
function xe(e, t, n) {
	var r = be(se++, 2);
	if (r.t = e, !r.__c && (r.__ = [n ? n(t) : Ae(void 0, t), function(e) {
		var t = (r.__N || r.__)[0], n = r.t(t, e);
		ue(t, n) || (r.__N = [n, r.__[1]], r.__c.setState({}));
	}], r.__c = L, !L.__f)) {
		L.__f = !0;
		var i = L.shouldComponentUpdate;
		L.shouldComponentUpdate = function(e, t, n) {
			var r = this.__H;
			if (!r) return !0;
			var a = !1, o = this.props != e;
			if (r.__.some(function(e) {
				e.__N && (a = !0, ue(e.__[0], e.__N[0]) || (o = !0));
			}), i) {
				var s = i.call(this, e, t, n);
				return a ? s || o : s;
			}
			return !a || o;
		};
	}
	return r.__;
}
function B(e, t) {
	var n = be(se++, 3);
	!R.__s && ke(n.__H, t) && (n.__P = !0, n.__ = e, n.u = t, L.__H.__h.push(n));
}
function V(e) {
	return de = 5, Se(function() {
		return { current: e };
	}, []);
}
function Se(e, t) {
	var n = be(se++, 7);
	return ke(n.__H, t) && (n.__ = e(), n.__H = t), n.__;
}
function Ce() {
	var e;
	do {
		for (; e = pe.shift();) try {
			De(e);
		} catch (t) {
			R.__e(t, { __: (e = e.__P) && e.__v });
		}
		for (; e = fe.shift();) {
			var t = e.__H;
			if (e.__P && t) try {
				t.__h.some(De), t.__h.some(Oe), t.__h = [];
			} catch (n) {
				t.__h = [], R.__e(n, e.__v);
			}
		}
	} while (pe.length);
}
R.__b = function(e) {
	L = null, me && me(e);
}, R.__ = function(e, t) {
	e && t.__k && t.__k.__m && (e.__m = t.__k.__m), ye && ye(e, t);
}, R.__r = function(e) {
	he && he(e), se = 0;
	var t = (L = e.__c).__H;
	t && (ce == L ? L.__h = [] : (t.__h.some(De), t.__h.some(Oe), se = 0), t.__h = [], t.__.some(function(e) {
		e.__N && (e.__ = e.__N), e.u = e.__N = void 0;
	})), ce = L;
}, R.diffed = function(e) {
	ge && ge(e);
	var t = e.__c;
	t && t.__H && (t.__H.__h.length && Ee(fe.push(t)), t.__H.__.some(function(e) {
		e.u && (e.__H = e.u);
	})), ce = L = null;
}, R.__c = function(e, t) {
	t.some(function(e) {
		try {
			e.__h.some(De), e.__h = e.__h.filter(function(e) {
				return !e.__ || Oe(e);
			});
		} catch (t) {
			e.__h = [function() {
				throw t;
			}];
		}
	}), _e && _e(e, t);
}, R.unmount = function(e) {
	ve && ve(e);
	var t, n, r = e.__c;
	r && r.__H && (r.__H.__.some(function(r) {
		try {
			if (r.__P && r.__c) {
				if (n === void 0) {
					for (n = e.__; n && (!n.__c || !n.__c.__P);) n = n.__;
					n &&= n.__c;
				}
				r.__P = n, Ee(pe.push(r));
			} else De(r);
		} catch (e) {
			t = e;
		}
	}), r.__H = void 0, t && R.__e(t, r.__v));
};
var we = typeof requestAnimationFrame == "function";
function Te(e) {
	var t, n = function() {
		clearTimeout(r), we && cancelAnimationFrame(t), setTimeout(e);
	}, r = setTimeout(n, 35);
	we && (t = requestAnimationFrame(n));
}
function Ee(e) {
	e != 1 && le == R.requestAnimationFrame || ((le = R.requestAnimationFrame) || Te)(Ce);
}
function De(e) {
	var t = L, n = e.__c;
	typeof n == "function" && (e.__c = void 0, n()), L = t;
}
function Oe(e) {
	var t = L;
	e.__c = e.__(), L = t;
}
function ke(e, t) {
	return !e || e.length != t.length || t.some(function(t, n) {
		return !ue(t, e[n]);
	});
}
function Ae(e, t) {
	return typeof t == "function" ? t(e) : t;
}
// node_modules/@preact/signals-core/dist/signals-core.module.js
var je = Symbol.for("preact-signals");
function Me() {
	if (U > 1) U--;
	else {
		var e, t = !1;
		for ((function() {
			var e = Be;
			for (Be = void 0; e !== void 0;) {
				var t = e.S;
				if (t.v === e.v) for (var n = t.t; n !== void 0; n = n.x) n.i === e.i && (n.i = t.i);
				e = e.o;
			}
		})(); Ie !== void 0;) {
			var n = Ie;
			for (Ie = void 0, Le++; n !== void 0;) {
				var r = n.u;
				if (n.u = void 0, n.f &= -3, !(8 & n.f) && We(n)) try {
					n.c();
				} catch (n) {
					t ||= (e = n, !0);
				}
				n = r;
			}
		}
		if (Le = 0, U--, t) throw e;
	}
}
function Ne(e) {
	if (U > 0) return e();
	ze = ++Re, U++;
	try {
		return e();
	} finally {
		Me();
	}
}
var Pe, H = void 0;
function Fe(e) {
	var t = H, n = Pe;
	H = void 0, Pe = void 0;
	try {
		return e();
	} finally {
		H = t, Pe = n;
	}
}
var Ie = void 0, U = 0, Le = 0, Re = 0, ze = 0, Be = void 0, Ve = 0;
function He(e) {
	if (H !== void 0) {
		var t = e.n;
		if (t === void 0 || t.t !== H) return t = {
			i: 0,
			S: e,
			p: H.s,
			n: void 0,
			t: H,
			e: void 0,
			x: void 0,
			r: t
		}, H.s !== void 0 && (H.s.n = t), H.s = t, e.n = t, 32 & H.f && e.S(t), t;
		if (t.i === -1) return t.i = 0, t.n !== void 0 && (t.n.p = t.p, t.p !== void 0 && (t.p.n = t.n), t.p = H.s, t.n = void 0, H.s.n = t, H.s = t), t;
	}
}
function W(e, t) {
	this.v = e, this.i = 0, this.n = void 0, this.t = void 0, this.l = 0, this.W = t?.watched, this.Z = t?.unwatched, this.name = t?.name;
}
W.prototype.brand = je, W.prototype.h = function() {
	return !0;
}, W.prototype.S = function(e) {
	var t = this, n = this.t;
	n !== e && e.e === void 0 && (e.x = n, this.t = e, n === void 0 ? Fe(function() {
		var e;
		(e = t.W) == null || e.call(t);
	}) : n.e = e);
}, W.prototype.U = function(e) {
	var t = this;
	if (this.t !== void 0) {
		var n = e.e, r = e.x;
		n !== void 0 && (n.x = r, e.e = void 0), r !== void 0 && (r.e = n, e.x = void 0), e === this.t && (this.t = r, r === void 0 && Fe(function() {
			var e;
			(e = t.Z) == null || e.call(t);
		}));
	}
}, W.prototype.subscribe = function(e) {
	var t = this;
	return Qe(function() {
		var n = t.value;
		Fe(function() {
			return e(n);
		});
	}, { name: "sub" });
}, W.prototype.valueOf = function() {
	return this.value;
}, W.prototype.toString = function() {
	return this.value + "";
}, W.prototype.toJSON = function() {
	return this.value;
}, W.prototype.peek = function() {
	var e = this;
	return Fe(function() {
		return e.value;
	});
}, Object.defineProperty(W.prototype, "value", {
	get: function() {
		var e = He(this);
		return e !== void 0 && (e.i = this.i), this.v;
	},
	set: function(e) {
		if (e !== this.v) {
			if (Le > 100) throw Error("Cycle detected");
			(function(e) {
				U !== 0 && Le === 0 && e.l !== ze && (e.l = ze, Be = {
					S: e,
					v: e.v,
					i: e.i,
					o: Be
				});
			})(this), this.v = e, this.i++, Ve++, U++;
			try {
				for (var t = this.t; t !== void 0; t = t.x) t.t.N();
			} finally {
				Me();
			}
		}
	}
});
function Ue(e, t) {
	return new W(e, t);
}
function We(e) {
	for (var t = e.s; t !== void 0; t = t.n) if (t.S.i !== t.i || !t.S.h() || t.S.i !== t.i) return !0;
	return !1;
}
function Ge(e) {
	for (var t = e.s; t !== void 0; t = t.n) {
		var n = t.S.n;
		if (n !== void 0 && (t.r = n), t.S.n = t, t.i = -1, t.n === void 0) {
			e.s = t;
			break;
		}
	}
}
function Ke(e) {
	for (var t = e.s, n = void 0; t !== void 0;) {
		var r = t.p;
		t.i === -1 ? (t.S.U(t), r !== void 0 && (r.n = t.n), t.n !== void 0 && (t.n.p = r)) : n = t, t.S.n = t.r, t.r !== void 0 && (t.r = void 0), t = r;
	}
	e.s = n;
}
function G(e, t) {
	W.call(this, void 0, t), this.x = e, this.s = void 0, this.g = Ve - 1, this.f = 4;
}
G.prototype = new W(), G.prototype.h = function() {
	if (this.f &= -3, 1 & this.f) return !1;
	if ((36 & this.f) == 32 || (this.f &= -5, this.g === Ve)) return !0;
	if (this.g = Ve, this.f |= 1, this.i > 0 && !We(this)) return this.f &= -2, !0;
	var e = H;
	try {
		Ge(this), H = this;
		var t = this.x();
		(16 & this.f || this.v !== t || this.i === 0) && (this.v = t, this.f &= -17, this.i++);
	} catch (e) {
		this.v = e, this.f |= 16, this.i++;
	}
	return H = e, Ke(this), this.f &= -2, !0;
}, G.prototype.S = function(e) {
	if (this.t === void 0) {
		this.f |= 36;
		for (var t = this.s; t !== void 0; t = t.n) t.S.S(t);
	}
	W.prototype.S.call(this, e);
}, G.prototype.U = function(e) {
	if (this.t !== void 0 && (W.prototype.U.call(this, e), this.t === void 0)) {
		this.f &= -33;
		for (var t = this.s; t !== void 0; t = t.n) t.S.U(t);
	}
}, G.prototype.N = function() {
	if (!(2 & this.f)) {
		this.f |= 6;
		for (var e = this.t; e !== void 0; e = e.x) e.t.N();
	}
}, Object.defineProperty(G.prototype, "value", { get: function() {
	if (1 & this.f) throw Error("Cycle detected");
	var e = He(this);
	if (this.h(), e !== void 0 && (e.i = this.i), 16 & this.f) throw this.v;
	return this.v;
} });
function qe(e, t) {
	return new G(e, t);
}
function Je(e) {
	var t = e.j;
	if (e.j = void 0, typeof t == "function") {
		U++;
		var n = H;
		H = void 0;
		try {
			t();
		} catch (t) {
			throw e.f &= -2, e.f |= 8, Ye(e), t;
		} finally {
			H = n, Me();
		}
	}
}
function Ye(e) {
	for (var t = e.s; t !== void 0; t = t.n) t.S.U(t);
	e.x = void 0, e.s = void 0, Je(e);
}
function Xe(e) {
	if (H !== this) throw Error("Out-of-order effect");
	Ke(this), H = e, this.f &= -2;
	try {
		8 & this.f && Ye(this);
	} finally {
		Me();
	}
}
function Ze(e, t) {
	this.x = e, this.j = void 0, this.s = void 0, this.u = void 0, this.f = 32, this.name = t?.name, Pe && Pe.push(this);
}
Ze.prototype.c = function() {
	var e = this.S();
	try {
		if (8 & this.f || this.x === void 0) return;
		var t = this.x();
		typeof t == "function" && (this.j = t);
	} finally {
		e();
	}
}, Ze.prototype.S = function() {
	if (1 & this.f) throw Error("Cycle detected");
	this.f |= 1, this.f &= -9, Je(this), Ge(this), U++;
	var e = H;
	return H = this, Xe.bind(this, e);
}, Ze.prototype.N = function() {
	2 & this.f || (this.f |= 2, this.u = Ie, Ie = this);
}, Ze.prototype.d = function() {
	this.f |= 8, 1 & this.f || Ye(this);
}, Ze.prototype.dispose = function() {
	this.d();
};
function Qe(e, t) {
	var n = new Ze(e, t);
	try {
		n.c();
	} catch (e) {
		throw n.d(), e;
	}
	var r = n.d.bind(n);
	return r[Symbol.dispose] = r, r;
}
// node_modules/@preact/signals/dist/signals.module.js
var $e, et, tt = typeof window < "u" && !!window.__PREACT_SIGNALS_DEVTOOLS__, nt = [];
Qe(function() {
	$e = this.N;
})();
function rt(t, n) {
	e[t] = n.bind(null, e[t] || function() {});
}
function it(e) {
	if (et) {
		var t = et;
		et = void 0, t();
	}
	et = e && e.S();
}
function at(e) {
	var t = this, r = e.data, i = st(r);
	i.name = "ReactiveDom", i.value = r;
	var a = Se(function() {
		for (var e = t, r = t.__v; r = r.__;) if (r.__c) {
			r.__c.__$f |= 4;
			break;
		}
		var a = qe(function() {
			var e = i.value.value;
			return e === 0 ? 0 : !0 === e ? "" : e || "";
		}), o = qe(function() {
			return !Array.isArray(a.value) && !n(a.value);
		}), s = Qe(function() {
			if (this.N = ut, o.value) {
				var t = a.value;
				e.__v && e.__v.__e && e.__v.__e.nodeType === 3 && (e.__v.__e.data = t);
			}
		}), c = t.__$u.d;
		return t.__$u.d = function() {
			s(), c.call(this);
		}, [o, a];
	}, []), o = a[0], s = a[1];
	return o.value ? s.peek() : s.value;
}
at.displayName = "ReactiveTextNode", Object.defineProperties(W.prototype, {
	constructor: {
		configurable: !0,
		value: y(x, null).constructor
	},
	type: {
		configurable: !0,
		value: at
	},
	props: {
		configurable: !0,
		get: function() {
			var e = this;
			return { data: { get value() {
				return e.value;
			} } };
		}
	},
	__b: {
		configurable: !0,
		value: 1
	}
}), rt("__b", function(e, t) {
	if (it(), typeof t.type == "string") {
		var n, r = t.props;
		for (var i in r) if (i !== "children") {
			var a = r[i];
			a instanceof W && (n || (t.__np = n = {}), n[i] = a, r[i] = a.peek());
		}
	}
	e(t);
}), rt("__r", function(e, t) {
	if (e(t), t.type !== x) {
		it();
		var n, r = t.__c;
		r && (r.__$f &= -2, (n = r.__$u) === void 0 && (r.__$u = n = function(e, t) {
			var n;
			return Qe(function() {
				n = this;
			}, { name: t }), n.c = e, n;
		}(function(e) {
			return function() {
				var t;
				tt && ((t = this.y) == null || t.call(this)), e.__$f |= 1, e.setState({});
			};
		}(r), typeof t.type == "function" ? t.type.displayName || t.type.name : ""))), it(n);
	}
}), rt("__e", function(e, t, n, r) {
	it(), e(t, n, r);
}), rt("diffed", function(e, t) {
	it();
	var n;
	if (typeof t.type == "string" && (n = t.__e)) {
		var r = t.__np, i = t.props, a = n.U;
		if (a) for (var o in a) {
			var s = a[o];
			s === void 0 || r && o in r || (s.d(), a[o] = void 0);
		}
		if (r) for (var c in a || (a = {}, n.U = a), r) {
			var l = a[c], u = r[c];
			l === void 0 ? (l = ot(n, c, u, i), a[c] = l) : l.o(u, i);
		}
	}
	e(t);
});
function ot(e, t, n, r) {
	var i = t in e && e.ownerSVGElement === void 0, a = Ue(n);
	return {
		o: function(e, t) {
			a.value = e, r = t;
		},
		d: Qe(function() {
			this.N = ut;
			var n = a.value.value;
			r[t] !== n && (r[t] = n, i ? e[t] = n : n != null && (!1 !== n || t[4] === "-") ? e.setAttribute(t, n) : e.removeAttribute(t));
		})
	};
}
rt("unmount", function(e, t) {
	if (typeof t.type == "string") {
		var n = t.__e;
		if (n) {
			var r = n.U;
			if (r) for (var i in n.U = void 0, r) {
				var a = r[i];
				a && a.d();
			}
		}
		var o = t.__np;
		if (o) {
			var s = t.props;
			for (var c in o) s[c] = o[c];
		}
		t.__np = void 0;
	} else {
		var l = t.__c;
		if (l) {
			l.__$f |= 8;
			var u = l.__$u;
			u && (l.__$u = void 0, u.d());
		}
	}
	e(t);
}), rt("__h", function(e, t, n, r) {
	r < 3 && (t.__$f |= 2), e(t, n, r);
}), S.prototype.shouldComponentUpdate = function(e, t) {
	if (this.__R) return !0;
	var n = this.__$u, r = n && n.s !== void 0;
	for (var i in t) return !0;
	if (this.__f || typeof this.u == "boolean" && !0 === this.u) {
		var a = 2 & this.__$f;
		if (!(r || a || 4 & this.__$f) || 1 & this.__$f) return !0;
	} else if (!(r || 4 & this.__$f) || 3 & this.__$f) return !0;
	for (var o in e) if (o !== "__source" && e[o] !== this.props[o]) return !0;
	for (var s in this.props) if (!(s in e)) return !0;
	return !1;
};
function st(e, t) {
	return Se(function() {
		return Ue(e, t);
	}, []);
}
var ct = function(e) {
	queueMicrotask(function() {
		queueMicrotask(e);
	});
};
function lt() {
	Ne(function() {
		for (var e; e = nt.shift();) $e.call(e);
	});
}
function ut() {
	nt.push(this) === 1 && (e.requestAnimationFrame || ct)(lt);
}
// \0vite/preload-helper.js
var dt = (function() {
	let e = typeof document < "u" && document.createElement("link").relList;
	return e && e.supports && e.supports("modulepreload") ? "modulepreload" : "preload";
})(), ft = function(e, t) {
	return new URL(e, t).href;
}, pt = {}, mt = function(e) {
	return e.pathname.endsWith(".css");
}, ht = function(e, t, n) {
	if (t in e) return e[t];
	let r = n();
	if (!r) {
		e[t] = void 0;
		return;
	}
	let i = r.then(() => {
		e[t] = void 0;
	}, (n) => {
		throw e[t] = void 0, n;
	});
	return e[t] = i, i;
}, gt = function(e, t, n) {
	let r = Promise.resolve();
	if (t && t.length > 0) {
		let e, i = document.querySelector("meta[property=csp-nonce]"), a = i?.nonce || i?.getAttribute("nonce");
		function o(e) {
			return Promise.all(e.map((e) => Promise.resolve(e).then((e) => ({
				status: "fulfilled",
				value: e
			}), (e) => ({
				status: "rejected",
				reason: e
			}))));
		}
		function s(e) {
			return import.meta.resolve ? new URL(import.meta.resolve(e)) : new URL(e, import.meta.url);
		}
		r = o(t.map((t) => {
			t = ft(t, n);
			let r = s(t), i = mt(r);
			return ht(pt, r.href, () => {
				if (e === void 0) {
					e = {
						all: new Set(),
						styles: new Set()
					};
					let t = document.getElementsByTagName("link");
					for (let n = t.length - 1; n >= 0; n--) {
						let r = t[n];
						e.all.add(r.href), r.rel === "stylesheet" && e.styles.add(r.href);
					}
				}
				if ((i ? e.styles : e.all).has(r.href)) return;
				let t = document.createElement("link");
				if (t.rel = i ? "stylesheet" : dt, i || (t.as = "script"), t.crossOrigin = "", t.href = r.href, a && t.setAttribute("nonce", a), document.head.appendChild(t), i) return new Promise((e, n) => {
					let i = (a) => {
						t.removeEventListener("load", i), t.removeEventListener("error", i), a.type === "error" ? n(Error(`Unable to preload CSS for ${r}`)) : e(a);
					};
					t.addEventListener("load", i), t.addEventListener("error", i);
				});
			});
		}).filter((e) => e !== void 0));
	}
	function i(e) {
		let t = new Event("vite:preloadError", { cancelable: !0 });
		if (t.payload = e, window.dispatchEvent(t), !t.defaultPrevented) throw e;
	}
	return r.then((t) => {
		for (let e of t || []) e.status === "rejected" && i(e.reason);
		return e().catch(i);
	});
}, _t = {
	fi: "Suomi",
	sv: "Svenska",
	en: "English"
}, vt = {
	fi: () => gt(() => import("./fi.js"), [], import.meta.url),
	sv: () => gt(() => import("./sv.js"), [], import.meta.url),
	en: () => gt(() => import("./en.js"), [], import.meta.url)
}, K = Ue("fi"), q = Ue({}), yt = (e) => e === "fi" || e === "sv" || e === "en";
async function bt(e) {
	let { default: t } = await vt[e]();
	q.value = t, K.value = e, document.documentElement.lang = e;
}
// node_modules/preact/jsx-runtime/dist/jsxRuntime.mjs
var xt = Symbol.for("pv"), St = 0;
Array.isArray;
function J(t, n, r, i, a, o) {
	n ||= {};
	var s, c, l = n;
	if ("ref" in l && typeof t != "function") for (c in l = {}, n) c == "ref" ? s = n[c] : l[c] = n[c];
	var u = {
		type: t,
		props: l,
		key: r,
		ref: s,
		__k: null,
		__: null,
		__b: 0,
		__e: null,
		__c: null,
		constructor: xt,
		__v: --St,
		__i: -1,
		__u: 0
	};
	return (a || o) && (u.__source = a, u.__self = o), e.vnode && e.vnode(u), u;
}
// src/kit/notice.tsx
var Y = ({ kind: e = "plain", title: t, children: n }) => J("div", {
	class: `notice ${e}`,
	children: [J("h2", { children: t }), n]
}), Ct = (e) => {
	let t = V(null);
	return B(() => t.current?.focus(), []), J("div", {
		ref: t,
		tabIndex: -1,
		class: "last-word",
		children: J(Y, { ...e })
	});
}, wt = [
	"fi",
	"sv",
	"en"
];
function Tt(e, t) {
	let n = [
		t,
		...wt,
		...Object.keys(e ?? {})
	].find((t) => e?.[t] !== void 0);
	return {
		text: n && e?.[n] || "",
		lang: n ?? t
	};
}
// src/words/texts.ts
var X = (e, t = K.value) => Tt(e, t), Et = ({ text: e, after: t }) => {
	let n = typeof e == "string" ? {
		text: e,
		lang: K.value
	} : X(e), r = [
		n.text,
		t,
		q.value.shared.brand
	].filter(Boolean).join(" – ");
	return B(() => {
		document.title = r;
	}, [r]), J("h1", {
		lang: n.lang === K.value ? void 0 : n.lang,
		children: n.text
	});
}, Dt = ({ title: e }) => J(x, { children: [J(Et, { text: e }), J("p", {
	role: "status",
	children: q.value.shared.loading
})] }), Ot = () => location.hash.slice(1);
function kt() {
	let [e, t] = z(Ot);
	return B(() => {
		let e = () => t(Ot());
		return addEventListener("hashchange", e), () => removeEventListener("hashchange", e);
	}, []), e;
}
// src/api/problem.ts
function At(e, t) {
	return e.errors.map(({ pointer: e, message: n }) => {
		let r = e.split("/").at(-1) ?? "";
		return {
			field: t.has(r) ? r : null,
			message: n
		};
	});
}
function jt(e) {
	let { failed_title: t, failed_text: n, try_again: r } = q.value.shared;
	if (e.ok || !e.problem) return `${t}. ${n}`;
	let { title: i, retryable: a } = e.problem;
	return a || e.status === 429 || e.status >= 500 ? `${i}. ${r}` : i;
}
// src/kit/error-summary.tsx
var Mt = ({ errors: e, idOf: t }) => {
	let n = V(null);
	return B(() => {
		e.length && n.current?.focus();
	}, [e]), e.length ? J("div", {
		ref: n,
		class: "notice bad",
		tabIndex: -1,
		role: "alert",
		children: [J("h2", { children: q.value.shared.form_errors }), J("ul", { children: e.map(({ field: e, message: n }) => J("li", { children: e ? J(Nt, {
			id: t(e),
			text: n
		}) : n }, `${e} ${n}`)) })]
	}) : null;
}, Nt = ({ id: e, text: t }) => J("a", {
	href: `#${e}`,
	onClick: (t) => {
		t.preventDefault(), document.getElementById(e)?.focus();
	},
	children: t
}), Pt = ({ label: e, sendingLabel: t, sending: n, failure: r, kind: i = "first" }) => {
	let a = V(null);
	return B(() => {
		r && a.current?.focus();
	}, [r]), J("div", {
		class: "buttons",
		children: [r ? J("p", {
			class: "error",
			role: "alert",
			tabIndex: -1,
			ref: a,
			children: r
		}) : null, J("button", {
			class: i,
			"aria-disabled": n,
			children: n ? t : e
		})]
	});
}, Ft = /\{[^{}]+\}/g, It = () => typeof process == "object" && Number.parseInt(process?.versions?.node?.substring(0, 2)) >= 18 && process.versions.undici;
function Lt() {
	return Math.random().toString(36).slice(2, 11);
}
function Rt(e) {
	let { baseUrl: t = "", Request: n = globalThis.Request, fetch: r = globalThis.fetch, querySerializer: i, bodySerializer: a, pathSerializer: o, headers: s, requestInitExt: c = void 0, ...l } = { ...e };
	c = It() ? c : void 0, t = qt(t);
	let u = [];
	async function d(e, d) {
		let { baseUrl: f, fetch: p = r, Request: m = n, headers: h, params: g = {}, parseAs: _ = "json", querySerializer: v, bodySerializer: y = a ?? Wt, pathSerializer: b, body: x, middleware: S = [], ...C } = d || {}, w = t;
		f && (w = qt(f) ?? t);
		let T = typeof i == "function" ? i : Ht(i);
		v && (T = typeof v == "function" ? v : Ht({
			...typeof i == "object" ? i : {},
			...v
		}));
		let E = b || o || Ut, D = x === void 0 ? void 0 : y(x, Kt(s, h, g.header)), ee = Kt(D === void 0 || D instanceof FormData ? {} : { "Content-Type": "application/json" }, s, h, g.header), O = [...u, ...S], k = {
			redirect: "follow",
			...l,
			...C,
			body: D,
			headers: ee
		}, A, j, M = new m(Gt(e, {
			baseUrl: w,
			params: g,
			querySerializer: T,
			pathSerializer: E
		}), k), N;
		for (let e in C) e in M || (M[e] = C[e]);
		if (O.length) {
			A = Lt(), j = Object.freeze({
				baseUrl: w,
				fetch: p,
				parseAs: _,
				querySerializer: T,
				bodySerializer: y,
				pathSerializer: E
			});
			for (let t of O) if (t && typeof t == "object" && typeof t.onRequest == "function") {
				let n = await t.onRequest({
					request: M,
					schemaPath: e,
					params: g,
					options: j,
					id: A
				});
				if (n) {
					if (n instanceof m) M = n;
					else if (n instanceof Response) {
						N = n;
						break;
					} else throw Error("onRequest: must return new Request() or Response() when modifying the request");
				}
			}
		}
		if (!N) {
			try {
				N = await p(M, c);
			} catch (t) {
				let n = t;
				if (O.length) for (let t = O.length - 1; t >= 0; t--) {
					let r = O[t];
					if (r && typeof r == "object" && typeof r.onError == "function") {
						let t = await r.onError({
							request: M,
							error: n,
							schemaPath: e,
							params: g,
							options: j,
							id: A
						});
						if (t) {
							if (t instanceof Response) {
								n = void 0, N = t;
								break;
							}
							if (t instanceof Error) {
								n = t;
								continue;
							}
							throw Error("onError: must return new Response() or instance of Error");
						}
					}
				}
				if (n) throw n;
			}
			if (O.length) for (let t = O.length - 1; t >= 0; t--) {
				let n = O[t];
				if (n && typeof n == "object" && typeof n.onResponse == "function") {
					let t = await n.onResponse({
						request: M,
						response: N,
						schemaPath: e,
						params: g,
						options: j,
						id: A
					});
					if (t) {
						if (!(t instanceof Response)) throw Error("onResponse: must return new Response() when modifying the response");
						N = t;
					}
				}
			}
		}
		let te = N.headers.get("Content-Length");
		if (N.status === 204 || M.method === "HEAD" || te === "0" && !N.headers.get("Transfer-Encoding")?.includes("chunked")) return N.ok ? {
			data: void 0,
			response: N
		} : {
			error: void 0,
			response: N
		};
		if (N.ok) return {
			data: await (async () => {
				if (_ === "stream") return N.body;
				if (_ === "json" && !te) {
					let e = await N.text();
					return e ? JSON.parse(e) : void 0;
				}
				return await N[_]();
			})(),
			response: N
		};
		let ne = await N.text();
		try {
			ne = JSON.parse(ne);
		} catch {}
		return {
			error: ne,
			response: N
		};
	}
	return {
		request(e, t, n) {
			return d(t, {
				...n,
				method: e.toUpperCase()
			});
		},
		GET(e, t) {
			return d(e, {
				...t,
				method: "GET"
			});
		},
		PUT(e, t) {
			return d(e, {
				...t,
				method: "PUT"
			});
		},
		POST(e, t) {
			return d(e, {
				...t,
				method: "POST"
			});
		},
		DELETE(e, t) {
			return d(e, {
				...t,
				method: "DELETE"
			});
		},
		OPTIONS(e, t) {
			return d(e, {
				...t,
				method: "OPTIONS"
			});
		},
		HEAD(e, t) {
			return d(e, {
				...t,
				method: "HEAD"
			});
		},
		PATCH(e, t) {
			return d(e, {
				...t,
				method: "PATCH"
			});
		},
		TRACE(e, t) {
			return d(e, {
				...t,
				method: "TRACE"
			});
		},
		use(...e) {
			for (let t of e) if (t) {
				if (typeof t != "object" || !("onRequest" in t || "onResponse" in t || "onError" in t)) throw Error("Middleware must be an object with one of `onRequest()`, `onResponse() or `onError()`");
				u.push(t);
			}
		},
		eject(...e) {
			for (let t of e) {
				let e = u.indexOf(t);
				e !== -1 && u.splice(e, 1);
			}
		}
	};
}
function zt(e, t, n) {
	if (t == null) return "";
	if (typeof t == "object") throw Error("Deeply-nested arrays/objects aren’t supported. Provide your own `querySerializer()` to handle these.");
	return `${e}=${n?.allowReserved === !0 ? t : encodeURIComponent(t)}`;
}
function Bt(e, t, n) {
	if (!t || typeof t != "object") return "";
	let r = [], i = {
		simple: ",",
		label: ".",
		matrix: ";"
	}[n.style] || "&";
	if (n.style !== "deepObject" && n.explode === !1) {
		for (let e in t) r.push(e, n.allowReserved === !0 ? t[e] : encodeURIComponent(t[e]));
		let i = r.join(",");
		switch (n.style) {
			case "form": return `${e}=${i}`;
			case "label": return `.${i}`;
			case "matrix": return `;${e}=${i}`;
			default: return i;
		}
	}
	for (let i in t) {
		let a = n.style === "deepObject" ? `${e}[${i}]` : i;
		r.push(zt(a, t[i], n));
	}
	let a = r.join(i);
	return n.style === "label" || n.style === "matrix" ? `${i}${a}` : a;
}
function Vt(e, t, n) {
	if (!Array.isArray(t)) return "";
	if (n.explode === !1) {
		let r = {
			form: ",",
			spaceDelimited: "%20",
			pipeDelimited: "|"
		}[n.style] || ",", i = (n.allowReserved === !0 ? t : t.map((e) => encodeURIComponent(e))).join(r);
		switch (n.style) {
			case "simple": return i;
			case "label": return `.${i}`;
			case "matrix": return `;${e}=${i}`;
			default: return `${e}=${i}`;
		}
	}
	let r = {
		simple: ",",
		label: ".",
		matrix: ";"
	}[n.style] || "&", i = [];
	for (let r of t) n.style === "simple" || n.style === "label" ? i.push(n.allowReserved === !0 ? r : encodeURIComponent(r)) : i.push(zt(e, r, n));
	return n.style === "label" || n.style === "matrix" ? `${r}${i.join(r)}` : i.join(r);
}
function Ht(e) {
	return function(t) {
		let n = [];
		if (t && typeof t == "object") for (let r in t) {
			let i = t[r];
			if (i != null) {
				if (Array.isArray(i)) {
					if (i.length === 0) continue;
					n.push(Vt(r, i, {
						style: "form",
						explode: !0,
						...e?.array,
						allowReserved: e?.allowReserved || !1
					}));
				} else typeof i == "object" ? n.push(Bt(r, i, {
					style: "deepObject",
					explode: !0,
					...e?.object,
					allowReserved: e?.allowReserved || !1
				})) : n.push(zt(r, i, e));
			}
		}
		return n.join("&");
	};
}
function Ut(e, t) {
	let n = e;
	for (let r of e.match(Ft) ?? []) {
		let e = r.substring(1, r.length - 1), i = !1, a = "simple";
		if (e.endsWith("*") && (i = !0, e = e.substring(0, e.length - 1)), e.startsWith(".") ? (a = "label", e = e.substring(1)) : e.startsWith(";") && (a = "matrix", e = e.substring(1)), !t || t[e] === void 0 || t[e] === null) continue;
		let o = t[e];
		n = Array.isArray(o) ? n.replace(r, Vt(e, o, {
			style: a,
			explode: i
		})) : typeof o == "object" ? n.replace(r, Bt(e, o, {
			style: a,
			explode: i
		})) : a === "matrix" ? n.replace(r, `;${zt(e, o)}`) : n.replace(r, a === "label" ? `.${encodeURIComponent(o)}` : encodeURIComponent(o));
	}
	return n;
}
function Wt(e, t) {
	return e instanceof FormData ? e : t && (t.get instanceof Function ? t.get("Content-Type") ?? t.get("content-type") : t["Content-Type"] ?? t["content-type"]) === "application/x-www-form-urlencoded" ? new URLSearchParams(e).toString() : JSON.stringify(e);
}
function Gt(e, t) {
	let n = `${t.baseUrl}${e}`;
	t.params?.path && (n = t.pathSerializer(n, t.params.path));
	let r = t.querySerializer(t.params.query ?? {});
	return r.startsWith("?") && (r = r.substring(1)), r && (n += `?${r}`), n;
}
function Kt(...e) {
	let t = new Headers();
	for (let n of e) {
		if (!n || typeof n != "object") continue;
		let e = n instanceof Headers ? n.entries() : Object.entries(n);
		for (let [n, r] of e) if (r === null) t.delete(n);
		else if (Array.isArray(r)) for (let e of r) t.append(n, e);
		else r !== void 0 && t.set(n, r);
	}
	return t;
}
function qt(e) {
	return e.endsWith("/") ? e.substring(0, e.length - 1) : e;
}
// src/api/client.ts
var Z = Rt({
	credentials: "omit",
	cache: "no-store"
});
Z.use({ onRequest({ request: e }) {
	return e.headers.set("Accept", "application/json"), e.headers.set("Accept-Language", K.value), e;
} });
async function Q(e) {
	try {
		let { data: t, error: n, response: r } = await e;
		return r.ok ? {
			ok: !0,
			status: r.status,
			data: t
		} : {
			ok: !1,
			status: r.status,
			problem: Jt(n) ? n : null
		};
	} catch {
		return {
			ok: !1,
			status: 0,
			problem: null
		};
	}
}
var Jt = (e) => typeof e == "object" && !!e && "code" in e && "title" in e, Yt = {
	404: "unknown",
	409: "before",
	410: "closed",
	422: "mangled",
	429: "busy"
}, Xt = {
	"survey-closed": "closed",
	"ticket-unknown": "unknown",
	"ticket-not-valid": "mangled",
	"not-found": "missing"
};
async function Zt(e, t) {
	if (!t) return { ending: { reason: await Qt(e) } };
	let n = { path: { survey_id: e } }, r = await Q(Z.HEAD("/api/feedback/v1/surveys/{survey_id}/responses", { params: {
		...n,
		header: { "X-Ticket": t }
	} }));
	if (!r.ok) return { ending: { reason: Yt[r.status] ?? "failed" } };
	let i = await Q(Z.GET("/api/feedback/v1/surveys/{survey_id}", { params: n }));
	return i.ok ? { survey: i.data } : { ending: { reason: i.status === 404 ? "not_open" : Yt[i.status] ?? "failed" } };
}
async function Qt(e) {
	let t = await Q(Z.GET("/api/feedback/v1/surveys/{survey_id}/window", { params: { path: { survey_id: e } } }));
	return t.status === 404 ? "missing" : t.ok && t.data.state === "closed" ? "closed" : "no_ticket";
}
var $t = (e, t, n) => Q(Z.POST("/api/feedback/v1/surveys/{survey_id}/responses", {
	params: {
		path: { survey_id: e },
		header: { "X-Ticket": t }
	},
	body: n
}));
function en(e) {
	if (e.ok) return { reason: e.data.state === "received" ? "received" : "before" };
	let t = Xt[e.problem?.code ?? ""];
	return t ? { reason: t } : null;
}
// src/public/answer/draft.ts
async function tn(e) {
	if (!e || !globalThis.crypto?.subtle) return null;
	let t = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`vipu/draft/${e}`));
	return `answer-${Array.from(new Uint8Array(t), (e) => e.toString(16).padStart(2, "0")).join("")}`;
}
async function nn(e, t) {
	let n = {};
	for (let [e, r] of new FormData(t)) typeof r == "string" && r !== "" && (n[e] ??= []).push(r);
	let r = await tn(e);
	try {
		r && sessionStorage.setItem(r, JSON.stringify(n));
	} catch {}
}
async function rn(e) {
	let t = await tn(e);
	try {
		return t ? JSON.parse(sessionStorage.getItem(t) ?? "{}") : {};
	} catch {
		return {};
	}
}
async function an(e) {
	let t = await tn(e);
	try {
		t && sessionStorage.removeItem(t);
	} catch {}
}
// src/kit/field.tsx
var on = ({ id: e, hint: t, error: n }) => [t && `${e}-hint`, n && `${e}-error`].filter(Boolean).join(" ") || void 0, sn = ({ id: e, error: t }) => t ? J("p", {
	class: "error",
	id: `${e}-error`,
	children: t
}) : null, cn = ({ id: e, hint: t }) => t ? J("p", {
	class: "hint",
	id: `${e}-hint`,
	children: t
}) : null, ln = ({ id: e, label: t, required: n, hint: r, error: i, children: a }) => J("div", {
	class: "field",
	children: [
		J("label", {
			for: e,
			children: [t, n ? " *" : ""]
		}),
		J(cn, {
			id: e,
			hint: r
		}),
		J(sn, {
			id: e,
			error: i
		}),
		a
	]
}), un = ({ onInput: e, type: t = "text", name: n, autoComplete: r, list: i, ...a }) => J(ln, {
	...a,
	children: J("input", {
		id: a.id,
		name: n ?? a.id,
		type: t,
		required: a.required,
		inputMode: a.inputMode,
		maxLength: a.maxLength,
		defaultValue: a.defaultValue,
		"aria-describedby": on(a),
		"aria-invalid": a.error ? !0 : void 0,
		...r ? { autoComplete: r } : {},
		...i ? { list: i } : {},
		...e ? { onInput: (t) => e(t.currentTarget.value) } : {}
	})
}), dn = ({ legend: e, required: t, children: n, layout: r = "list", after: i, ...a }) => J("fieldset", {
	"aria-describedby": on(a),
	"aria-invalid": a.error ? !0 : void 0,
	children: [
		J("legend", { children: [e, t ? " *" : ""] }),
		J(cn, { ...a }),
		J(sn, { ...a }),
		n,
		J("div", {
			class: r,
			children: a.options.map((e, t) => J(fn, {
				option: e,
				kind: a.kind,
				group: a.id,
				isFirst: t === 0
			}, e.value))
		}),
		i?.map((e) => J(fn, {
			option: e,
			kind: a.kind,
			group: a.id,
			isFirst: !1
		}, e.value))
	]
}), fn = ({ option: { value: e, label: t, checked: n }, kind: r, group: i, isFirst: a }) => J("label", {
	class: "choice",
	children: [J("input", {
		type: r,
		id: a ? i : `${i}-${e}`,
		name: i,
		value: e,
		defaultChecked: n
	}), J("span", { children: t })]
}), pn = (e) => Number(e.replaceAll(/\s/g, "").replace("−", "-").replace(",", ".")), mn = ({ id: e }) => `q-${e}`, hn = (e) => e.definition.questions.filter((e) => e.type !== "info");
function gn(e, t) {
	if (e.type === "multi") {
		let n = t.getAll(mn(e)).map(String);
		return n.length ? n : null;
	}
	let n = String(t.get(mn(e)) ?? "").trim();
	if (n === "" || n === "na") return n || null;
	switch (e.type) {
		case "scale":
		case "nps": return Number(n);
		case "number": return pn(n);
		default: return n;
	}
}
function _n(e, t) {
	let n = hn(e).map((e) => [e.id, gn(e, t)]);
	return Object.fromEntries(n.filter(([, e]) => e !== null));
}
function vn(e, t, n) {
	let r = q.value.public.answer;
	return hn(e).flatMap((e) => {
		let i = gn(e, t), a = X(e.label, n).text;
		return i === null && e.required ? [{
			field: e.id,
			message: `${a}: ${r.required}`
		}] : Number.isNaN(i) ? [{
			field: e.id,
			message: `${a}: ${r.number}`
		}] : [];
	});
}
// src/public/answer/question-field.tsx
var yn = ({ question: e, shown: t, draft: n, error: r }) => {
	let i = X(e.label, t).text, a = e.help ? X(e.help, t).text : void 0;
	if (e.type === "info") return J("div", {
		class: "field",
		children: [J("p", { children: i }), a ? J("p", {
			class: "hint",
			children: a
		}) : null]
	});
	let o = mn(e), s = n[o] ?? [], c = {
		id: o,
		required: e.required,
		hint: a,
		error: r
	}, l = (e) => e.map((e) => ({
		...e,
		checked: s.includes(e.value)
	}));
	switch (e.type) {
		case "scale":
		case "nps": {
			let [n, r] = e.type === "nps" ? [0, 10] : [e.min, e.max], a = Array.from({ length: r - n + 1 }, (e, t) => String(n + t)).map((e) => ({
				value: e,
				label: e
			})), o = e.type === "scale" && e.allows_na;
			return J(dn, {
				...c,
				legend: i,
				kind: "radio",
				layout: "scale",
				options: l(a),
				after: o ? l([{
					value: "na",
					label: q.value.public.answer.na
				}]) : [],
				children: J(bn, {
					low: n,
					high: r,
					question: e,
					shown: t
				})
			});
		}
		case "single":
		case "multi": {
			let n = e.choices.map((e) => ({
				value: e.id,
				label: X(e.label, t).text
			})), r = e.type === "single" ? "radio" : "checkbox";
			return J(dn, {
				...c,
				legend: i,
				kind: r,
				options: l(n)
			});
		}
		case "long_text": return J(ln, {
			...c,
			label: i,
			children: J("textarea", {
				id: o,
				name: o,
				maxLength: e.max_length,
				defaultValue: s[0],
				"aria-describedby": on(c),
				"aria-invalid": r ? !0 : void 0
			})
		});
		case "text": return J(un, {
			...c,
			label: i,
			maxLength: e.max_length,
			defaultValue: s[0]
		});
		case "number": {
			let n = e.unit ? ` (${X(e.unit, t).text})` : "";
			return J(un, {
				...c,
				label: i + n,
				inputMode: "decimal",
				defaultValue: s[0]
			});
		}
	}
}, bn = ({ low: e, high: t, question: n, shown: r }) => n.min_label || n.max_label ? J("div", {
	class: "ends",
	children: [J("span", { children: `${e} = ${X(n.min_label, r).text || e}` }), J("span", { children: `${t} = ${X(n.max_label, r).text || t}` })]
}) : null, xn = "survey-not-open", Sn = ({ survey: e, ticket: t, shown: n, onEnd: r }) => {
	let [i, a] = z(null), [o, s] = z([]), [c, l] = z(null), [u, d] = z(!1);
	B(() => void rn(t).then(a), [t]);
	let f = q.value.public.answer;
	if (!i) return J("p", {
		role: "status",
		children: q.value.shared.loading
	});
	let p = async (i) => {
		d(!0);
		let a = {
			version: e.definition_version,
			language: n,
			complete: !0,
			answers: _n(e, i)
		}, o = await $t(e.id, t, a);
		d(!1);
		let c = en(o);
		c ? r(c) : !o.ok && o.problem?.errors.length ? s(At(o.problem, Cn(e))) : !o.ok && o.problem?.code === xn ? l(`${f.not_open}. ${f.not_open_text}`) : o.ok || l(jt(o));
	};
	return J("form", {
		noValidate: !0,
		lang: n,
		onInput: (e) => void nn(t, e.currentTarget),
		onSubmit: (t) => {
			if (t.preventDefault(), u) return;
			let r = new FormData(t.currentTarget), i = vn(e, r, n);
			l(null), s(i), i.length || p(r);
		},
		children: [
			J("p", { children: f.anonymous }),
			J(Mt, {
				errors: o,
				idOf: (e) => mn({ id: e })
			}),
			J("p", {
				class: "hint",
				children: q.value.shared.form_required
			}),
			Object.keys(i).length ? J("p", {
				role: "status",
				children: f.draft
			}) : null,
			e.definition.questions.map((e) => J(yn, {
				question: e,
				shown: n,
				draft: i,
				error: o.find(({ field: t }) => t === e.id)?.message
			}, e.id)),
			J(Pt, {
				label: f.send,
				sendingLabel: f.sending,
				sending: u,
				failure: c
			})
		]
	});
}, Cn = (e) => new Set(hn(e).map(({ id: e }) => e)), wn = ({ ending: e, takesFocus: t }) => {
	let { text: n, ...r } = Tn()[e.reason];
	return J("div", {
		role: "status",
		children: J(t ? Ct : Y, {
			...r,
			children: J("p", { children: n })
		})
	});
};
function Tn() {
	let { shared: e } = q.value, { answer: t } = q.value.public;
	return {
		received: {
			kind: "good",
			title: t.thanks,
			text: t.thanks_text
		},
		before: {
			kind: "good",
			title: t.before,
			text: t.before_text
		},
		closed: {
			title: t.closed,
			text: t.closed_text
		},
		mangled: {
			kind: "bad",
			title: t.mangled,
			text: t.mangled_text
		},
		unknown: {
			kind: "bad",
			title: t.unknown,
			text: t.unknown_text
		},
		missing: {
			kind: "bad",
			title: t.missing,
			text: t.missing_text
		},
		not_open: {
			title: t.not_open,
			text: t.not_open_text
		},
		no_ticket: {
			kind: "bad",
			title: t.no_ticket,
			text: t.use_link
		},
		busy: {
			kind: "bad",
			title: t.busy,
			text: e.try_again
		},
		failed: {
			kind: "bad",
			title: e.failed_title,
			text: e.failed_text
		}
	};
}
// src/public/answer/answer.tsx
var En = ({ surveyId: e }) => {
	let t = kt(), [n, r] = z(null), [i, a] = z(null), [o, s] = z(!1);
	B(() => {
		r(null), a(null), s(!1), Zt(e, t).then((e) => {
			"survey" in e ? r(e.survey) : a(e.ending);
		});
	}, [e, t]);
	let c = q.value.public.answer, l = (e) => {
		an(t), s(!0), a(e);
	}, u = J(Et, { text: n ? n.title : c.title });
	return i ? J(x, { children: [u, i.reason === "received" ? J(Ct, {
		kind: "good",
		title: c.thanks,
		children: J("p", { children: c.thanks_text })
	}) : J(wn, {
		ending: i,
		takesFocus: o
	})] }) : n ? J(x, { children: [u, J(Sn, {
		survey: n,
		ticket: t,
		shown: n.languages.includes(K.value) ? K.value : n.languages[0] ?? K.value,
		onEnd: l
	})] }) : J(Dt, { title: c.title });
}, Dn = JSON.parse(document.getElementById("embedded")?.textContent ?? "{}");
// src/api/query.ts
function On(e, t, n = null) {
	let [r, i] = z({
		key: e,
		answer: n
	}), [a, o] = z(0), s = V(t);
	return s.current = t, B(() => {
		if (!e) return;
		let t = !0;
		return s.current().then((n) => {
			t && i({
				key: e,
				answer: n
			});
		}), () => {
			t = !1;
		};
	}, [e, a]), {
		answer: r.key === e ? r.answer : null,
		reload: () => o((e) => e + 1),
		replace: (t) => i({
			key: e,
			answer: t
		})
	};
}
// src/public/registration/link-form.tsx
var kn = ({ slug: e }) => {
	let [t, n] = z(), [r, i] = z(null), [a, o] = z(!1), [s, c] = z(!1), l = q.value.public.registration, u = async (t) => {
		o(!0);
		let r = await Q(Z.POST("/api/events/v1/events/{ref}/registrations/manage-links", {
			params: { path: { ref: e } },
			body: { email: t }
		}));
		o(!1), r.ok ? c(!0) : r.status === 422 ? n(l.email_wrong) : i(jt(r));
	};
	return J("form", {
		noValidate: !0,
		"aria-labelledby": "link-title",
		onSubmit: (e) => {
			if (e.preventDefault(), a) return;
			let t = String(new FormData(e.currentTarget).get("link_email") ?? "").trim();
			c(!1), i(null), n(t ? void 0 : l.email_missing), t ? u(t) : document.getElementById("link-email")?.focus();
		},
		children: [
			J("h2", {
				id: "link-title",
				children: l.link_title
			}),
			J(un, {
				id: "link-email",
				name: "link_email",
				type: "email",
				inputMode: "email",
				label: l.email,
				hint: l.link_hint,
				autoComplete: "email",
				maxLength: 254,
				error: t
			}),
			J("div", {
				role: "status",
				children: s ? J("p", { children: l.link_sent }) : null
			}),
			J(Pt, {
				label: l.link_send,
				sendingLabel: l.sending,
				sending: a,
				failure: r,
				kind: "second"
			})
		]
	});
};
// src/api/keys.ts
function An() {
	if (typeof crypto.randomUUID == "function") return crypto.randomUUID();
	let e = crypto.getRandomValues(new Uint8Array(16));
	e[6] = (e[6] ?? 0) & 15 | 64, e[8] = (e[8] ?? 0) & 63 | 128;
	let t = Array.from(e, (e) => e.toString(16).padStart(2, "0")).join("");
	return [
		t.slice(0, 8),
		t.slice(8, 12),
		t.slice(12, 16),
		t.slice(16, 20),
		t.slice(20)
	].join("-");
}
var jn = class {
	key = An();
	content = "";
	of(e) {
		let t = JSON.stringify(e);
		return t !== this.content && (this.key = An(), this.content = t), this.key;
	}
}, Mn = (e, t) => e.replaceAll(/\{(\w+)\}/g, (e, n) => String(t[n] ?? "")), Nn = ({ facts: e }) => J("dl", {
	class: "facts",
	children: e.filter(([, e]) => e != null && e !== "").map(([e, t]) => J("div", { children: [J("dt", { children: e }), J("dd", { children: t })] }, e))
}), Pn = ({ text: e, wanted: t = K.value }) => {
	let n = X(e, t);
	return n.lang === K.value ? J(x, { children: n.text }) : J("span", {
		lang: n.lang,
		children: n.text
	});
}, Fn = () => K.value === "en" ? "en-GB" : K.value, In = (e) => new Intl.DateTimeFormat(Fn(), {
	dateStyle: "full",
	timeStyle: "short",
	timeZone: e
});
function Ln(e, t) {
	return new Intl.DateTimeFormat(Fn(), {
		timeZone: t,
		timeZoneName: "long"
	}).formatToParts(e).find(({ type: e }) => e === "timeZoneName")?.value ?? t;
}
function Rn(e, t) {
	let n = new Date(e);
	return `${In(t).format(n)} (${Ln(n, t)})`;
}
function zn(e, t, n) {
	let r = new Date(e);
	return `${In(n).formatRange(r, new Date(t))} (${Ln(r, n)})`;
}
// src/public/event/event-facts.tsx
var Bn = (e) => e.event_status === "postponed" ? q.value.public.event.new_date : zn(e.starts_at, e.ends_at, e.time_zone);
function Vn(e) {
	let { online: t, or_online: n } = q.value.public.event;
	return e.mode === "online" ? t : [
		X(e.venue).text,
		e.address,
		e.mode === "hybrid" ? n : ""
	].filter(Boolean).join(", ");
}
var Hn = (e) => `/api/events/v1/events/${encodeURIComponent(e)}/calendar.ics`, Un = ({ event: e }) => {
	let t = q.value.public.event, n = e.registration_required && e.event_status !== "postponed" && e.registration_closes_at;
	return J(Nn, { facts: [
		[t.when, Bn(e)],
		[t.where, Vn(e)],
		[t.organiser, e.organiser ? J(Pn, { text: e.organiser.name }) : ""],
		[t.contact, e.contact_email ? J(Wn, { address: e.contact_email }) : ""],
		[t.seats, e.registration_required && e.seats_left !== null ? String(e.seats_left) : ""],
		[t.closes, n ? Rn(n, e.time_zone) : ""]
	] });
}, Wn = ({ address: e }) => J("a", {
	href: `mailto:${encodeURIComponent(e).replace("%40", "@")}`,
	children: e
}), Gn = 2, Kn = 100, qn = 250, Jn = "organisations", Yn = new Map(), Xn = (e) => Yn.get(e) ?? null;
function Zn(e, t) {
	Yn.set(e, !Yn.has(e) || Yn.get(e) === t ? t : null);
}
var Qn = ({ error: e }) => {
	let [t, n] = z([]), r = V(void 0), i = async (e) => {
		let t = await Q(Z.GET("/api/registry/v1/organisations/names", { params: { query: { q: e.slice(0, Kn) } } }));
		if (!t.ok) return;
		let r = t.data.items.map(({ id: e, name: t }) => ({
			id: e,
			name: X(t).text
		}));
		for (let { id: e, name: t } of r) Zn(t, e);
		n([...new Set(r.map(({ name: e }) => e))]);
	};
	return J(x, { children: [J(un, {
		id: "organisation",
		label: q.value.public.registration.organisation,
		error: e,
		autoComplete: "organization",
		maxLength: 300,
		list: Jn,
		onInput: (e) => {
			clearTimeout(r.current);
			let t = e.trim();
			t.length >= Gn && !Yn.has(t) && (r.current = setTimeout(() => void i(t), qn));
		}
	}), J("datalist", {
		id: Jn,
		children: t.map((e) => J("option", {
			value: e,
			children: e
		}, e))
	})] });
}, $n = ({ event: e, errorOf: t, organisation: n }) => {
	let r = q.value.public.registration;
	return J(x, { children: [
		J(un, {
			id: "name",
			label: r.name,
			required: !0,
			autoComplete: "name",
			maxLength: 200,
			error: t("name")
		}),
		J(un, {
			id: "email",
			type: "email",
			inputMode: "email",
			label: r.email,
			hint: r.email_hint,
			required: !0,
			autoComplete: "email",
			maxLength: 254,
			error: t("email")
		}),
		n,
		J(ln, {
			id: "organisation_kind",
			label: r.kind,
			error: t("organisation_kind"),
			children: J("select", {
				id: "organisation_kind",
				name: "organisation_kind",
				children: [J("option", {
					value: "",
					children: r.kind_none
				}), Object.entries(Dn.kinds ?? {}).map(([e, t]) => J("option", {
					value: e,
					children: X(t).text
				}, e))]
			})
		}),
		e.mode === "hybrid" ? J(dn, {
			id: "mode",
			legend: r.mode,
			kind: "radio",
			required: !0,
			error: t("mode"),
			options: [{
				value: "onsite",
				label: r.mode_onsite
			}, {
				value: "online",
				label: r.mode_online
			}]
		}) : null,
		J(er, { label: r.language }),
		J(tr, { error: t("privacy_accepted") })
	] });
}, er = ({ label: e }) => {
	let [t, n] = z(null);
	return J(ln, {
		id: "language",
		label: e,
		children: J("select", {
			id: "language",
			name: "language",
			value: t ?? K.value,
			onChange: (e) => n(e.currentTarget.value),
			children: Object.entries(_t).map(([e, t]) => J("option", {
				value: e,
				lang: e,
				children: t
			}, e))
		})
	});
}, tr = ({ error: e }) => {
	let t = q.value.public.registration, n = "privacy_accepted";
	return J("div", {
		class: "field",
		children: [
			J("details", { children: [J("summary", { children: t.privacy_title }), J("p", { children: t.privacy_text })] }),
			J(sn, {
				id: n,
				error: e
			}),
			J("label", {
				class: "choice",
				for: n,
				children: [J("input", {
					type: "checkbox",
					id: n,
					name: n,
					required: !0,
					"aria-describedby": on({
						id: n,
						error: e
					}),
					"aria-invalid": e ? !0 : void 0
				}), J("span", { children: [t.privacy, " *"] })]
			})
		]
	});
}, nr = new Set([
	"name",
	"email",
	"organisation",
	"organisation_kind",
	"mode",
	"language",
	"privacy_accepted"
]), rr = "not-known-yet", ir = ({ event: e, isOpen: t, onRefusal: n }) => {
	let [r, i] = z([]), [a, o] = z(null), [s, c] = z(!1), [l, u] = z(null), d = V(new jn()), f = q.value.public.registration, p = async (t) => {
		c(!0);
		let r = await ar(e.slug, d.current.of(t), t);
		!r.ok && r.problem?.code === rr && (r = await ar(e.slug, d.current.of({
			...t,
			organisation_id: null
		}), {
			...t,
			organisation_id: null
		})), c(!1), r.ok ? u(t.email) : r.problem?.errors.length ? i(At(r.problem, nr)) : (o(jt(r)), r.status === 409 && n());
	};
	if (l !== null) return J(Ct, {
		kind: "good",
		title: f.received,
		children: [J("p", { children: Mn(f.mailed, { email: l }) }), J("p", { children: J("a", {
			href: Hn(e.slug),
			children: q.value.public.event.calendar
		}) })]
	});
	if (!t) return null;
	let m = (e) => r.find((t) => t.field === e)?.message;
	return J("form", {
		noValidate: !0,
		"aria-labelledby": "form-title",
		onSubmit: (t) => {
			if (t.preventDefault(), s) return;
			let n = t.currentTarget, r = or(n, e);
			o(null), i(r), r.length || p(sr(n, e));
		},
		children: [
			J("h2", {
				id: "form-title",
				children: f.register
			}),
			J(Mt, {
				errors: r,
				idOf: (e) => e
			}),
			J("p", {
				class: "hint",
				children: q.value.shared.form_required
			}),
			J($n, {
				event: e,
				errorOf: m,
				organisation: J(Qn, { error: m("organisation") })
			}),
			J(Pt, {
				label: f.send,
				sendingLabel: f.sending,
				sending: s,
				failure: a
			})
		]
	});
}, ar = (e, t, n) => Q(Z.POST("/api/events/v1/events/{ref}/registrations", {
	params: {
		path: { ref: e },
		header: { "Idempotency-Key": t }
	},
	body: n
}));
function or(e, t) {
	let n = q.value.public.registration, r = new FormData(e), i = [];
	$(r, "name") || i.push({
		field: "name",
		message: n.name_missing
	});
	let a = e.elements.namedItem("email");
	return $(r, "email") ? a instanceof HTMLInputElement && !a.validity.valid && i.push({
		field: "email",
		message: n.email_wrong
	}) : i.push({
		field: "email",
		message: n.email_missing
	}), t.mode === "hybrid" && !r.has("mode") && i.push({
		field: "mode",
		message: n.mode_missing
	}), r.has("privacy_accepted") || i.push({
		field: "privacy_accepted",
		message: n.privacy_missing
	}), i;
}
function sr(e, t) {
	let n = new FormData(e), r = $(n, "organisation");
	return {
		name: $(n, "name"),
		email: $(n, "email"),
		organisation: r || null,
		organisation_id: Xn(r),
		organisation_kind: $(n, "organisation_kind") || null,
		language: $(n, "language"),
		mode: t.mode === "hybrid" ? $(n, "mode") : null,
		privacy_accepted: !0
	};
}
var $ = (e, t) => String(e.get(t) ?? "").trim(), cr = ({ event: e }) => J("div", {
	role: "status",
	children: [e.marked_as === "invented" ? J("p", { children: q.value.public.event.invented }) : null, J(lr, { event: e })]
}), lr = ({ event: e }) => {
	let t = q.value.public.event;
	switch (e.registration_state) {
		case "open": return null;
		case "open_waitlist": return J(Y, {
			title: t.waitlist_title,
			children: J("p", { children: t.waitlist_text })
		});
		case "not_open": return J(Y, {
			title: t.not_open,
			children: e.registration_opens_at ? J("p", { children: Mn(t.opens, { time: Rn(e.registration_opens_at, e.time_zone) }) }) : null
		});
		case "full": return J(Y, { title: t.full });
		case "cancelled": return J(Y, {
			kind: "bad",
			title: t.cancelled,
			children: e.cancel_reason ? J("p", { children: J(Pn, { text: e.cancel_reason }) }) : null
		});
		case "none_required": return J(Y, { title: t.none_required });
		case "closed": return e.event_status === "postponed" ? J(Y, {
			title: t.postponed,
			children: J("p", { children: t.new_date })
		}) : J(Y, { title: t.closed });
	}
}, ur = 2e3, dr = 2e6;
function fr(e, t) {
	let n = V(t);
	n.current = t;
	let r = e?.registration_state === "not_open" ? e.opens_in_seconds : null;
	B(() => {
		if (r === null || r > dr) return;
		let e = setTimeout(() => n.current(), r * 1e3 + Math.random() * ur);
		return () => clearTimeout(e);
	}, [r]);
}
// src/public/event/event.tsx
var pr = (e) => Q(Z.GET("/api/events/v1/events/{ref}", { params: { path: { ref: e } } })), mr = ({ slug: e, carried: t }) => {
	let { answer: n, reload: r } = On(e, () => pr(e), t ? {
		ok: !0,
		status: 200,
		data: t
	} : null), i = n?.ok ? n.data : n?.status === 404 ? null : t;
	fr(i, r);
	let a = q.value.public.event;
	if (!n) return J(Dt, { title: a.title });
	if (!i) return J(hr, { answer: n });
	let o = ["open", "open_waitlist"].includes(i.registration_state);
	return J(x, { children: [
		J(Et, { text: i.title }),
		J(cr, { event: i }),
		J(Un, { event: i }),
		i.description ? J(_r, { text: i.description }) : null,
		J(ir, {
			event: i,
			isOpen: o,
			onRefusal: r
		}),
		gr(i) ? J(kn, { slug: i.slug }) : null
	] });
}, hr = ({ answer: e }) => {
	let t = q.value.public.event, n = e.status === 404;
	return J(x, { children: [J(Et, { text: n ? t.missing : t.title }), J(Y, {
		kind: "bad",
		title: n ? t.missing_text : jt(e)
	})] });
}, gr = (e) => e.registration_required && e.event_status !== "cancelled" && (e.event_status === "postponed" || new Date(e.ends_at) > new Date(e.server_time)), _r = ({ text: e }) => {
	let t = X(e);
	return J("div", {
		lang: t.lang,
		children: t.text.split(/\n{2,}/).map((e) => J("p", { children: e }, e))
	});
}, vr = ({ children: e }) => J(x, { children: [
	J("a", {
		class: "skip",
		href: "#main",
		onClick: xr,
		children: q.value.shared.skip
	}),
	J("header", { children: [J("p", {
		class: "brand",
		children: J("a", {
			href: "/",
			children: q.value.shared.brand
		})
	}), J("nav", {
		"aria-label": q.value.shared.languages,
		children: J("ul", {
			class: "languages",
			children: Object.entries(_t).map(([e, t]) => yt(e) ? J("li", { children: J("a", {
				href: yr(e),
				lang: e,
				hreflang: e,
				"aria-current": e === K.value ? "true" : void 0,
				onClick: (t) => {
					t.preventDefault(), br(e);
				},
				children: t
			}) }, e) : null)
		})
	})] }),
	J("main", {
		id: "main",
		tabIndex: -1,
		children: e
	})
] });
function yr(e) {
	let t = new URL(location.href);
	return t.searchParams.set("lang", e), t.href;
}
async function br(e) {
	let t = yr(e);
	try {
		await bt(e), history.replaceState(null, "", t);
	} catch {
		location.assign(t);
	}
}
function xr(e) {
	e.preventDefault(), document.getElementById("main")?.focus();
}
// src/public/self/cancel-form.tsx
var Sr = ({ mayPassOn: e, onCancel: t }) => {
	let [n, r] = z(!1), [i, a] = z(!1), o = V(null), s = V(null);
	B(() => {
		n && o.current?.focus();
	}, [n]);
	let c = q.value.public.self, l = () => {
		r(!1), s.current?.focus();
	}, u = async () => {
		i || (a(!0), await t(), a(!1), r(!1));
	};
	return J(x, { children: [J("div", {
		class: "buttons",
		children: J("button", {
			type: "button",
			class: "second",
			ref: s,
			"aria-expanded": n,
			onClick: () => r(!0),
			children: c.cancel
		})
	}), n ? J("section", {
		class: "notice bad",
		"aria-labelledby": "sure",
		children: [
			J("h2", {
				id: "sure",
				tabIndex: -1,
				ref: o,
				children: c.sure
			}),
			e ? J("p", { children: c.sure_hint }) : null,
			J("div", {
				class: "buttons",
				children: [J("button", {
					type: "button",
					class: "danger",
					"aria-disabled": i,
					onClick: () => void u(),
					children: c.yes
				}), J("button", {
					type: "button",
					class: "second",
					onClick: l,
					children: c.no
				})]
			})
		]
	}) : null] });
}, Cr = ({ mine: e }) => J("div", {
	role: "status",
	children: J(wr, { mine: e })
}), wr = ({ mine: e }) => {
	let { event: t, self: n } = q.value.public;
	if (e.event.event_status === "cancelled") return J(Y, {
		kind: "bad",
		title: t.cancelled
	});
	let r = e.event.event_status === "postponed" ? `${t.postponed}. ${t.new_date}` : null;
	switch (e.state) {
		case "confirmed": return J(Y, {
			kind: "good",
			title: t.confirmed,
			children: r ? J("p", { children: r }) : null
		});
		case "waitlisted": return J(Y, {
			title: t.queued,
			children: [J("p", { children: Mn(t.queue_place, { place: e.queue_place ?? "" }) }), r ? J("p", { children: r }) : null]
		});
		case "cancelled": return e.cancelled_by === "organiser" ? J(Y, {
			title: n.cancelled_by_organiser,
			children: e.cancel_reason ? J("p", { children: e.cancel_reason }) : null
		}) : J(Y, { title: n.cancelled });
	}
}, Tr = "/api/events/v1/registrations/self", Er = (e) => Q(Z.GET(Tr, { params: { header: { "X-Manage-Token": e } } })), Dr = (e) => Q(Z.DELETE(Tr, { params: { header: { "X-Manage-Token": e } } })), Or = () => {
	let e = kt(), { answer: t, replace: n } = On(e, () => Er(e)), [r, i] = z(null), a = q.value.public.self;
	if (e && !t) return J(Dt, { title: a.title });
	if (!t?.ok) return J(kr, { answer: t });
	let o = t.data;
	return J(x, { children: [
		J(Et, {
			text: o.event.title,
			after: a.title
		}),
		J(Cr, { mine: o }),
		J(Ar, { mine: o }),
		r ? J("p", {
			class: "error",
			role: "alert",
			children: r
		}) : null,
		o.can_cancel ? J(Sr, {
			mayPassOn: o.state === "confirmed",
			onCancel: async () => {
				let t = await Dr(e);
				t.ok && n(t), i(t.ok ? null : jt(t)), document.getElementById("main")?.focus();
			}
		}) : null
	] });
}, kr = ({ answer: e }) => {
	let t = q.value.public.self, n = !e || e.status === 404 || e.status === 422;
	return J(x, { children: [J(Et, { text: t.title }), J(Y, {
		kind: "bad",
		title: n ? t.no_link : jt(e),
		children: n ? J("p", { children: t.use_link }) : null
	})] });
}, Ar = ({ mine: e }) => {
	let { event: t, registration: n, self: r } = q.value.public, i = e.state !== "cancelled" && !["cancelled", "postponed"].includes(e.event.event_status), a = e.can_cancel && e.cancel_until_at ? Rn(e.cancel_until_at, e.event.time_zone) : "";
	return J(Nn, { facts: [
		[t.when, Bn(e.event)],
		[t.where, Vn(e.event)],
		[n.name, e.name],
		[n.email, e.email],
		[n.organisation, e.organisation],
		[r.until, a],
		[t.online, jr(e.join_url) ? J(Mr, { href: e.join_url }) : ""],
		[t.calendar_term, i ? J("a", {
			href: Hn(e.event.slug),
			children: t.calendar
		}) : ""]
	] });
}, jr = (e) => e?.startsWith("https://") ?? !1, Mr = ({ href: e }) => J("a", {
	href: e,
	rel: "noreferrer",
	children: q.value.public.self.join
}), Nr = document.getElementById("app");
Nr && await Pr(Nr);
async function Pr(e) {
	let { lang: t } = document.documentElement;
	await bt(yt(t) ? t : "fi");
	let n = Fr(e);
	e.replaceChildren(), I(J(vr, { children: n }), e);
}
function Fr({ dataset: e }) {
	switch (e.page) {
		case "event": return J(mr, {
			slug: e.ref ?? "",
			carried: Dn.event ?? null
		});
		case "answer": return J(En, { surveyId: e.survey ?? "" });
		default: return J(Or, {});
	}
}
